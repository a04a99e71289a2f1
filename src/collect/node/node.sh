#!/bin/sh
# What a node Pod runs to read a Node. argv: 1 = nonce that frames the sections, 2 = seconds a section may take, then the UIDs of the Pods
# whose network namespaces are looked into; none = all.
# Runs on the image's sh; each tool is the Node's own where the Node has it (entered with nsenter), else the image's.
# Writes nothing anywhere. No cluster data is ever part of the program text; values from the Node are only ever quoted words.
# src/collect/scripts.ts is generated from this file.
N=$1; LIMIT=$2; shift 2; only=${*:+ $* }; export LC_ALL=C
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
ON="nsenter -t 1 -m --"
have=" $($ON sh -c 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/opt/bin; for t in head ls ip bridge iptables-nft-save iptables-legacy-save iptables-save ip6tables-nft-save ip6tables-legacy-save ip6tables-save nft ipset tc; do command -v $t; done' 2>/dev/null | tr '\n' ' ')"
# T = the Node's own copy of a tool, as an absolute path; empty = the image's. Fails where neither has it. (No subshell: this runs often.)
where() { T=""; for w in $have; do case $w in */"$1") T=$w; return 0;; esac; done; command -v "$1" >/dev/null 2>&1; }
limit=""; command -v timeout >/dev/null 2>&1 && limit="timeout $LIMIT"
lacking() { echo "no $1 on the Node or in the image" >&2; return 127; }

begin() { printf '\n@@%s\tbegin\t%s\n' "$N" "$1"; }
end() { if [ -n "$2" ]; then printf '\n@@%s\tend\t%s\t%s\n' "$N" "$1" "$(printf %s "$2" | tr '\n\r\t' '   ' | head -c 300)"; else printf '\n@@%s\tend\t%s\t\n' "$N" "$1"; fi; }
section() { name=$1; shift; begin "$name"
  { errors=$( { "$@" 1>&4; } 2>&1 ); code=$?; } 4>&1
  end "$code" "$errors"; }
# the same for what fails with an exit code that says enough: one process less, and these are most of them
quick() { begin "$1"; tool=$2; [ "$tool" = in_ns ] && tool=$4; [ "$tool" = run ] && tool=$3; shift; "$@" 2>/dev/null; code=$?
  if [ $code -eq 127 ]; then end 127 "no $tool on the Node or in the image"; else end $code ""; fi; }
kernel() { begin "$1"; cat "$2" 2>/dev/null; end $? ""; }
# run TOOL in the Node's own network namespace; in_ns PID TOOL in another one. What asks netlink only answers at once and needs no limit.
run() { t=$1; shift; where "$t" || { lacking "$t"; return; }; case $t in ip|bridge|tc) l="";; *) l=$limit;; esac
  if [ -n "$T" ]; then $l $ON "$T" "$@"; else $l "$t" "$@"; fi; }
in_ns() { i=$1; t=$2; shift 2; where "$t" || { lacking "$t"; return; }; case $t in ip|bridge|tc) l="";; *) l=$limit;; esac
  if [ -n "$T" ]; then $l nsenter --net=/proc/"$i"/ns/net -t 1 -m -- "$T" "$@"; else $l nsenter --net=/proc/"$i"/ns/net -- "$t" "$@"; fi; }
where head; headed=$T; where ls; listed=$T
if [ -n "$headed" ] && [ -n "$listed" ]; then text() { $limit $ON "$headed" -c 1048576 -- "$1"; }; list() { $ON "$listed" -1A -- "$1"; }
else text() { head -c 1048576 "/proc/1/root$1"; }; list() { ls -1A "/proc/1/root$1"; }; fi
readable() { [ -e "/proc/1/root$1" ] || [ -L "/proc/1/root$1" ]; }
file() { if readable "$2"; then section "$1" text "$2"; else begin "$1"; end 66 "$2 does not exist"; fi; }

args_of() { tr '\000' '\n' < "/proc/$1/cmdline" | head -c 16384; }
processes() { for d in /proc/[0-9]*; do { read -r st < "$d/stat"; } 2>/dev/null || continue
  c=${st#*\(}; c=${c%\)*}; r=${st##*\) }
  case $c in kube-apiserver|kube-controller|kubelet|kube-proxy|flanneld|containerd|crio|dockerd|cri-dockerd|calico-node|felix|bird|bird6|confd|cilium-agent|cilium-operator*|aws-k8s-agent|antrea-agent|ovnkube*|ovs-vswitchd|ovsdb-server|kube-router|weaver|kindnetd|coredns|NetworkManager|systemd-network*|systemd-resolve*|firewalld|k3s*|rke2*|k0s|node-cache) ;; *) continue;; esac
  printf '%s %s (%s)\t%s\n' "${d#/proc/}" "${r%% *}" "$c" "$(tr '\000\n\t' '   ' < "$d/cmdline" 2>/dev/null | head -c 4096)"; done; }
first_of() { printf '%s\n' "$procs" | while read -r pid state comm args; do [ "$comm" = "($1)" ] && { echo "$pid"; break; }; done; }
option_in() { # ARGS FLAG: the value of --FLAG=V or --FLAG V
  printf '%s\n' "$1" | { want=""; while read -r a; do [ -n "$want" ] && { echo "$a"; break; }; case $a in --"$2"=*) echo "${a#*=}"; break;; --"$2") want=1;; esac; done; }; }
namespaces() { own_ns=$(readlink /proc/1/ns/net); own_ns=${own_ns#net:\[}; seen=" ${own_ns%\]} "
  ls -ld /proc/[0-9]*/ns/net 2>/dev/null | while read -r l; do
    # a process that ends meanwhile leaves a link without a target
    case $l in *"net:["*) ;; *) continue;; esac
    i=${l##*net:\[}; i=${i%\]*}; p=${l#*/proc/}; p=${p%%/*}
    case $seen in *" $i "*) continue;; esac
    u=""; while read -r c; do case $c in *pod*) u=${c##*pod}; u=${u%%[./]*}; break;; esac; done 2>/dev/null < "/proc/$p/cgroup"
    while :; do case $u in *_*) u=${u%%_*}-${u#*_};; *) break;; esac; done
    [ ${#u} -ge 32 ] || continue
    seen="$seen$i "; echo "$i $p $u"; done; }
sysctls() { grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/accept_local /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/conf/*/proxy_arp /proc/sys/net/ipv4/ip_local_port_range /proc/sys/net/ipv4/tcp_mtu_probing /proc/sys/net/ipv4/ip_no_pmtu_disc /proc/sys/net/ipv4/neigh/default/gc_thresh* /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/bridge/* /proc/sys/net/netfilter/nf_conntrack_max /proc/sys/net/netfilter/nf_conntrack_count /proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal 2>/dev/null; return 0; }
# tables that iptables-nft owns are read with iptables-nft-save; where that is absent nft shows them all
nft_tables() { tables=$(run nft list tables) || return $?
  printf '%s\n' "$tables" | while read -r w fam name; do [ "$w" = table ] || continue
    case "$1 $fam $name" in "xt ip filter"|"xt ip nat"|"xt ip mangle"|"xt ip raw"|"xt ip security"|"xt ip6 filter"|"xt ip6 nat"|"xt ip6 mangle"|"xt ip6 raw"|"xt ip6 security") continue;; esac
    run nft -j list table "$fam" "$name" || return $?; echo; done; }
ns_nft() { tables=$(in_ns "$1" nft list tables) || return $?
  printf '%s\n' "$tables" | while read -r w fam name; do [ "$w" = table ] || continue
    case "$2 $fam $name" in "xt ip filter"|"xt ip nat"|"xt ip mangle"|"xt ip raw"|"xt ip security"|"xt ip6 "*) continue;; esac
    in_ns "$1" nft -j list table "$fam" "$name" || return $?; echo; done; }
xt=""; where iptables-nft-save && xt=xt

section uname uname -srm
file os-release /etc/os-release
quick link run ip -d -j link show
quick addr run ip -j addr show
quick route4 run ip -4 -j -d route show table all
quick route6 run ip -6 -j -d route show table all
quick rule4 run ip -4 -j rule show
quick rule6 run ip -6 -j rule show
quick neigh run ip -j neigh show
quick fdb run bridge -j fdb show
quick qdisc run tc -j qdisc show
for f in "" 6; do
  if where ip${f}tables-nft-save; then section ip${f}tables-nft run ip${f}tables-nft-save -c
    [ -s /proc/net/ip${f}_tables_names ] && section ip${f}tables-legacy run ip${f}tables-legacy-save -c
  else section ip${f}tables run ip${f}tables-save -c; fi
done
section nft nft_tables "$xt"
section ipset run ipset save
section sysctl sysctls
section sysctl-at-start cat /tmp/at-start
section addr-at-start cat /tmp/addr-at-start
for p in tcp tcp6 udp udp6; do kernel proc-net-$p /proc/1/net/$p; done
kernel conntrack-stat /proc/net/stat/nf_conntrack
file resolv-conf /etc/resolv.conf
procs=$(processes)
section processes printf '%s\n' "$procs"

kubelet=$(first_of kubelet); config=/var/lib/kubelet/config.yaml; resolv="" configured=""
if [ -n "$kubelet" ]; then kargs=$(args_of "$kubelet"); section kubelet-args printf '%s\n' "$kargs"
  c=$(option_in "$kargs" config); [ -n "$c" ] && config=$c; resolv=$(option_in "$kargs" resolv-conf); fi
if readable "$config" && configured=$(text "$config" 2>/dev/null); then section kubelet-config printf '%s\n' "$configured"; else file kubelet-config "$config"; fi
[ -n "$resolv" ] || resolv=$(printf '%s\n' "$configured" | while read -r k v; do [ "$k" = resolvConf: ] && { v=${v#\"}; echo "${v%\"}"; break; }; done)
case $resolv in ""|/etc/resolv.conf) ;; /*) file kubelet-resolv-conf "$resolv";; esac

runtime=""; for n in containerd crio k3s rke2; do pid=$(first_of $n); [ -n "$pid" ] || continue
  rargs=$(args_of "$pid"); runtime=$(option_in "$rargs" config); [ -n "$runtime" ] || runtime=$(printf '%s\n' "$rargs" | { w=""; while read -r a; do [ -n "$w" ] && { echo "$a"; break; }; [ "$a" = -c ] && w=1; done; }); break; done
runtime_config() { for f in "$runtime" /etc/containerd/config.toml /var/lib/rancher/k3s/agent/etc/containerd/config.toml /var/lib/rancher/rke2/agent/etc/containerd/config.toml /etc/crio/crio.conf; do [ -n "$f" ] && readable "$f" && { echo "# $f"; text "$f"; echo; [ "$f" = "$runtime" ] && break; }; done
  list /etc/crio/crio.conf.d 2>/dev/null | while read -r f; do echo "# /etc/crio/crio.conf.d/$f"; text "/etc/crio/crio.conf.d/$f"; echo; done; return 0; }
settings=$(runtime_config)
section runtime-config printf '%s\n' "$settings"
setting() { printf '%s\n' "$settings" | while read -r k eq v; do [ "$k" = "$1" ] && [ "$eq" = = ] && { v=${v#[\"\']}; echo "${v%[\"\']}"; break; }; done; }
conf=$(setting conf_dir); [ -n "$conf" ] || conf=$(setting network_dir)
bin=$(setting bin_dir); case $bin in /*) ;; *) bin="";; esac
# CRI-O's plugin_dirs and containerd 2.1's bin_dirs are lists, which may span lines
directories() { printf '%s\n' "$settings" | { on=""; set -f; while read -r l; do case $l in plugin_dirs*=*\[*|bin_dirs*=*\[*) on=1; l=${l#*\[};; esac
  [ -n "$on" ] || continue; IFS=' ,"'; for w in ${l%%]*}; do case $w in /*) echo "$w";; esac; done; unset IFS; case $l in *]*) on="";; esac; done; set +f; }; }
bins=$(directories)
if [ -z "$conf" ]; then conf=/etc/cni/net.d; for d in /var/lib/rancher/k3s/agent/etc/cni/net.d /var/snap/microk8s/current/args/cni-network; do [ -d "/proc/1/root$d" ] && [ ! -d "/proc/1/root$conf" ] && conf=$d; done; fi
[ -n "$bin" ] || bin=$(echo "$bins" | head -n 1); [ -n "$bin" ] || bin=/opt/cni/bin; [ -n "$bins" ] || bins=$bin
conf_listing() { echo "$conf"; [ -d "/proc/1/root$conf" ] || { echo "$conf does not exist" >&2; return 66; }
  list "$conf" | while read -r f; do [ -f "/proc/1/root$conf/$f" ] || [ -L "/proc/1/root$conf/$f" ] || continue; echo "$(text "$conf/$f" 2>/dev/null | wc -c | tr -d ' ') $f"; done; }
section cni-conf conf_listing
list "$conf" 2>/dev/null | while read -r f; do case $f in *.conf|*.conflist|*.json) section "cni-conf/$f" text "$conf/$f";; esac; done
bin_listing() { echo "$bin"; [ -d "/proc/1/root$bin" ] || [ "$bin" != "$bins" ] || { echo "$bin does not exist" >&2; return 66; }
  echo "$bins" | while read -r b; do list "$b" 2>/dev/null | while read -r f; do p=/proc/1/root$b/$f; [ -L "$p" ] && { echo "x $f"; continue; }; if [ -f "$p" ] && [ -x "$p" ]; then echo "x $f"; else echo "- $f"; fi; done; done; }
section cni-bin bin_listing
for f in /run/flannel/subnet.env /var/lib/calico/nodename /var/lib/calico/mtu; do readable "$f" && section "cni-file$f" text "$f"; done

# the runtime binds each namespace to a file, by which a person can enter it
bound() { while read -r _ _ _ root at _; do case $root in net:\[*\]) root=${root#net:\[}; echo "${root%\]} $at";; esac; done < /proc/1/mountinfo; }
section netns-files bound
pairs=$(namespaces)
section netns printf '%s\n' "$pairs"
printf '%s\n' "$pairs" | while read -r i p u; do [ -n "$p" ] || continue; b=netns/$i
  case $only in ""|*" $u "*) ;; *) continue;; esac
  quick $b/link in_ns "$p" ip -d -j link show
  quick $b/addr in_ns "$p" ip -j addr show
  quick $b/route4 in_ns "$p" ip -4 -j -d route show table all
  quick $b/route6 in_ns "$p" ip -6 -j -d route show table all
  quick $b/rule4 in_ns "$p" ip -4 -j rule show
  quick $b/rule6 in_ns "$p" ip -6 -j rule show
  quick $b/neigh in_ns "$p" ip -j neigh show
  if [ -n "$xt" ] && where nft && [ -z "$(in_ns "$p" nft list tables 2>&1)" ]; then # no table at all: nothing to save
    section $b/iptables-nft true; section $b/nft true
  else
    if [ -n "$xt" ]; then section $b/iptables-nft in_ns "$p" iptables-nft-save -c; fi
    section $b/nft ns_nft "$p" "$xt"
  fi
  for q in tcp tcp6 udp udp6; do kernel $b/proc-net-$q "/proc/$p/net/$q"; done
  # through links a container could make this name any file of the Node: only a plain file counts
  r=/proc/$p/root/etc; if [ ! -L "$r" ] && [ ! -L "$r/resolv.conf" ] && [ -f "$r/resolv.conf" ]; then quick $b/resolv-conf head -c 65536 "$r/resolv.conf"; fi
  quick $b/sysctl in_ns "$p" grep -H . /proc/sys/net/ipv4/conf/all/rp_filter /proc/sys/net/ipv4/ip_forward
done
printf '\n@@%s\tcomplete\n' "$N"
