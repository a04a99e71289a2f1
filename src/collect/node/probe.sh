#!/bin/sh
# What a node Pod runs to send probes. argv: 1 = nonce that frames the answers, 2 = seconds one try may take, 3 = tries, then seven words a probe:
#   ID PID INODE KIND TARGET PORT EXTRA      PID "-" = from the Node itself, else from inside the network namespace INODE of process PID
# KIND: tcp (connect only), ask (TCP, the probe server answers with the client's address), udp (the probe server answers), icmp,
#       mtu (EXTRA = bytes of the IP packet; on loss looks for the largest that passes), dns (EXTRA = "TYPE NAME [tcp]"), reach (ICMP, else any TCP answer),
#       tcp-said, sctp-said (connect only, with times and the client's own port), udp-said (a datagram to a server that is not ours),
#       conntrack (the Node's records whose client port is one of EXTRA = "PROTOCOL P P …", or whose server port is PORT)
# One frame a probe: a line a try, "TRY <exit> <stdout and stderr on one line>". All probes run side by side, so failures cost one time limit.
N=$1; LIMIT=$2; TRIES=$3; shift 3
export LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
missing() { echo "TRY 127 no $1 in the image"; }
# one line of at most some lines, without a fork
flat() { r=""; k=0; set -f; i=$IFS; IFS='
'; for l in $1; do k=$((k + 1)); [ $k -le 20 ] && r="$r$l|"; done; IFS=$i; set +f; }
try() { o=$("$@" 2>&1); c=$?; flat "$o"; printf 'TRY %s %s\n' "$c" "$r"; return $c; }
# several tries: a first failure can be a lost packet, three are not
tries() { n=1; while ! try "$@"; do [ "$n" -ge "$TRIES" ] && return 1; n=$((n + 1)); sleep 0.2; done; }
bracket() { case $1 in *:*) echo "[$1]";; *) echo "$1";; esac; }
connect() { $IN socat -u OPEN:/dev/null "TCP:$(bracket "$1"):$2,connect-timeout=$LIMIT"; }
# socat -d -d tells when it began, when it was connected and from which port; with connect-timeout it would not say the port
said() { $IN timeout "$LIMIT" socat -d -d -lu -u OPEN:/dev/null "$3:$(bracket "$1"):$2"; }
# a server of an unknown kind may keep silent: what counts is an answer of any kind, or the ICMP error that comes back
datagram_said() { { n=$(echo echo netdoctor | $IN timeout "$((LIMIT + 1))" socat -d -d -lu "-t$3" "-T$3" - "UDP:$(bracket "$1"):$2" 2>&3 | head -c 512 | wc -c); } 3>&1
  echo "answer $((n)) bytes"; [ "$((n))" -gt 0 ]; }
# one line a connection, as /proc/net/nf_conntrack and conntrack(8) print them
table() { if [ -r /proc/1/net/nf_conntrack ]; then cat /proc/1/net/nf_conntrack; else timeout "$((LIMIT + 1))" conntrack -L -p "$1" 2>/dev/null; fi; }
records() { [ -r /proc/1/net/nf_conntrack ] || command -v conntrack >/dev/null || { missing conntrack; return; }
  proto=${2%% *}; ours=$(echo "${2#* }" | tr ' ' '|'); echo "TRY 0"
  table "$proto" | grep -E "(^| )$proto .* sport=($ours) "; table "$proto" | grep -E "(^| )$proto .* [sd]port=$1 " | head -n 300; }
# the server at the other end always says who it saw; no line = no answer
ask() { o=$(echo 0 | $IN timeout "$((LIMIT + 1))" socat "-t$LIMIT" - "TCP:$(bracket "$1"):$2,connect-timeout=$LIMIT" 2>&1); c=$?; echo "$o"
  [ $c -ne 0 ] && return $c; case $o in *client\ *) return 0;; *) return 124;; esac; }
datagram() { o=$(echo 0 | $IN timeout "$((LIMIT + 1))" socat "-t$3" "-T$3" - "UDP:$(bracket "$1"):$2" 2>&1); c=$?; echo "$o"
  case $o in *client\ *) return 0;; esac; [ $c -ne 0 ] && return $c; return 124; }
# UDP has no end of conversation to wait for: the first wait is short, the later ones are whole
datagrams() { try datagram "$1" "$2" 0.3 && return; try datagram "$1" "$2" "$LIMIT" && return; try datagram "$1" "$2" "$LIMIT"; }
echoes() { $IN ping -n -c 1 -W "$LIMIT" "$1"; }
# the IP header is 20 or 40 bytes, ICMP's 8
df_ping() { case $1 in *:*) h=48;; *) h=28;; esac; $IN ping -n -c 1 -W "$LIMIT" -M "do" -s "$(($2 - h))" "$1"; }
# every size at once: a black hole costs one time limit, not one for each step
sizes() { for z in 1500 1492 1480 1472 1450 1442 1430 1422 1400 1380 1350 1300 1280 1200 1100 1000 900 800 700 576; do [ "$z" -lt "$2" ] && df_ping "$1" "$z" >/dev/null 2>&1 && echo "passes $z" & done; wait; }
path_mtu() { try df_ping "$1" "$2" && return; try df_ping "$1" "$2" && return; try df_ping "$1" 200 || return; try sizes "$1" "$2"; }
query() { $IN dig "+time=$LIMIT" +tries=1 +nocookie ${4:+"+$4"} "@$1" -t "$2" -q "$3" +noall +comments +answer +stats; }
reach() { o=$(echoes "$1"); c=$?; [ $c -eq 0 ] && { echo "$o"; return 0; }
  t=$(connect "$1" "$2" 2>&1); d=$?; echo "$t"; case $d:$t in 0:*|*refused*) return 0;; esac; echo "$o"; return $c; }
one() { id=$1 pid=$2 inode=$3 kind=$4 target=$5 port=$6 extra=$7; IN=""
  if [ "$pid" != - ]; then
    case $gone in *" $pid:$inode "*) echo "TRY 66 process $pid no longer has network namespace $inode"; return;; esac
    IN="nsenter --net=/proc/$pid/ns/net --"
  fi
  case $kind in
    tcp) command -v socat >/dev/null || { missing socat; return; }; tries connect "$target" "$port";;
    ask) command -v socat >/dev/null || { missing socat; return; }; tries ask "$target" "$port";;
    udp) command -v socat >/dev/null || { missing socat; return; }; datagrams "$target" "$port";;
    icmp) command -v ping >/dev/null || { missing ping; return; }; tries echoes "$target";;
    mtu) command -v ping >/dev/null || { missing ping; return; }; path_mtu "$target" "$extra";;
    tcp-said) command -v socat >/dev/null || { missing socat; return; }; tries said "$target" "$port" TCP;;
    sctp-said) command -v socat >/dev/null || { missing socat; return; }; tries said "$target" "$port" SCTP;;
    udp-said) command -v socat >/dev/null || { missing socat; return; }; try datagram_said "$target" "$port" 0.3 || try datagram_said "$target" "$port" "$LIMIT";;
    conntrack) records "$port" "$extra";;
    reach) command -v ping >/dev/null || { missing ping; return; }; tries reach "$target" "$port";;
    dns) command -v dig >/dev/null || { missing dig; return; }
      type=${extra%% *}; rest=${extra#* }; name=${rest%% *}; tcp=${rest#"$name"}; tries query "$target" "$type" "$name" "${tcp# }";;
    *) echo "TRY 64 unknown kind of probe";;
  esac; }
# a process id may have gone to another process since the Node was read
seen=" "; gone=" "
while [ $# -ge 7 ]; do
  case "$seen" in *" $2:$3 "*) ;; *) seen="$seen$2:$3 "; [ "$2" = - ] || [ "$(readlink "/proc/$2/ns/net")" = "net:[$3]" ] || gone="$gone$2:$3 ";; esac
  { r=$(one "$1" "$2" "$3" "$4" "$5" "$6" "$7" 2>&1); printf '\n@@%s\tbegin\t%s\n%s\n@@%s\tend\t0\t\n' "$N" "$1" "$r" "$N"; } &
  shift 7
done
wait
printf '\n@@%s\tcomplete\n' "$N"
