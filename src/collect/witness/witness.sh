#!/bin/sh
# What a node Pod runs to follow one marked flow. argv: 1 = nonce that frames the answer, 2 = seconds after which it ends by itself, 3 = what to do:
#   watch RUN LENGTHS COUNT then five words a network namespace: NAME PID INODE FILTER RULES      PID "-" = the Node's own
#       FILTER = a tcpdump expression; RULES = nft commands that make the table netdoctor_RUN. Says "ready" once all watch, then waits for `stop`.
#   send RUN PID INODE PROTOCOL TARGET PORT SOURCE-PORT MARK BYTES     MARK = the MSS (tcp), 8 letters (udp), 16 hexadecimal digits (icmp)
#   stop RUN
# What it adds to the Node: the nftables table netdoctor_RUN, owned by the nft process, so that it vanishes with it; the tracing instance
# netdoctor_RUN; tcpdump. All of it goes at `stop`, when stdin ends (the connection is cut), when this program dies, and when the time is over.
N=$1; LIMIT=$2 mode=$3; run=$4; shift 4; read -r main _ < /proc/self/stat
export LC_ALL=C PATH="$PATH":/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
case $run in *[!a-z0-9]*|"") echo "not the name of a run" >&2; exit 64;; esac
D=/tmp/netdoctor-witness-$run; name=netdoctor_$run I="" hands="" dumps="" listener="" names=""
begin() { printf '\n@@%s\tbegin\t%s\n' "$N" "$1"; }
end() { printf '\n@@%s\tend\t%s\t%s\n' "$N" "$1" "$(printf %s "$2" | tr '\n\r\t' '   ' | head -c 300)"; }
same() { [ "$1" = - ] || [ "$(readlink "/proc/$1/ns/net")" = "net:[$2]" ]; }
# in_ns PID TOOL ARGS: the image's tool, or else the Node's, in the network namespace of PID; it takes the place of the (sub)shell
in_ns() { p=$1 t=$2; shift 2; net=""; [ "$p" = - ] || net=--net=/proc/$p/ns/net
  if ! command -v "$t" >/dev/null; then set -- -t 1 -m -- "$t" "$@"; [ -z "$net" ] || set -- "$net" "$@"; exec timeout "$LIMIT" nsenter "$@"; fi
  if [ -n "$net" ]; then exec timeout "$LIMIT" nsenter "$net" -- "$t" "$@"; else exec timeout "$LIMIT" "$t" "$@"; fi; }
has() { command -v "$1" >/dev/null || nsenter -t 1 -m -- sh -c "command -v $1" >/dev/null 2>&1; }

if [ "$mode" = stop ]; then [ -d "$D" ] && echo > "$D/stop"; i=0; while [ -d "$D" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
  begin stopped; if [ -d "$D" ]; then end 1 "still watching"; else end 0 ""; fi; printf '\n@@%s\tcomplete\n' "$N"; exit 0; fi

if [ "$mode" = send ]; then
  pid=$1 inode=$2 protocol=$3 target=$4 port=$5 from=$6 mark=$7 bytes=$8; begin sent
  same "$pid" "$inode" || { end 66 "process $pid no longer has network namespace $inode"; exit 0; }
  IN=""; [ "$pid" = - ] || IN="nsenter --net=/proc/$pid/ns/net --"
  head=28; case $target in *:*) head=48; target6="[$target]";; *) target6=$target;; esac
  case $protocol in
    tcp) $IN socat -u OPEN:/dev/null "TCP:$target6:$port,connect-timeout=$LIMIT,sourceport=$from,reuseaddr,mss=$mark" 2>&1; code=$?;;
    udp) for i in 1 2; do o=$(printf "%-$((bytes - head))s" "$mark" | $IN timeout $((LIMIT + 1)) socat "-t$LIMIT" "-T$LIMIT" - "UDP:$target6:$port,sourceport=$from,reuseaddr" 2>&1); code=$?
        [ -n "$o" ] && break; done; printf %s "$o" | head -c 200; [ -z "$o" ] && code=124;;
    icmp) $IN ping -n -c 2 -i 0.3 -W "$LIMIT" -M "do" -p "$mark" -s "$((bytes - head))" "$target" 2>&1; code=$?;;
    *) code=64;;
  esac
  end 0 ""; begin code; echo "$code"; end 0 ""; printf '\n@@%s\tcomplete\n' "$N"; exit 0
fi

lengths=$1 count=$2; shift 2
tidy() { trap '' TERM INT HUP PIPE EXIT
  # shellcheck disable=SC2086
  [ -n "$hands$listener" ] && kill $hands $listener
  [ -n "$I" ] && { echo 0 > "$I/events/enable"; rmdir "$I"; }
  [ -d "$D/tracefs" ] && { umount "$D/tracefs" || umount -l "$D/tracefs"; }
  for f in "$D"/*.unowned; do [ -f "$f" ] && read -r p < "$f" && (in_ns "$p" nft delete table inet "$name"); done
  # not -r: a tracefs that is still mounted there is not ours to empty
  rm -f "$D"/*; rmdir "$D/tracefs"; rmdir "$D"; } 2>/dev/null
mkdir "$D" || exit 73
trap 'tidy; exit 0' TERM INT HUP EXIT; trap '' PIPE

# The kernel's drop reasons, in a tracing instance of our own, so that nobody else's tracing is touched; the process id is in its name because
# containers that play Nodes (kind) share one kernel.
trace_drops() { t=/sys/kernel/tracing; [ -d $t/instances ] || { t=$D/tracefs; mkdir "$t"; mount -t tracefs tracefs "$t" || { rmdir "$t"; return; }; }
  # what a Pod that was killed could not remove
  find "$t/instances" -maxdepth 1 -name 'netdoctor_*' -mmin +10 -exec rmdir {} +
  mkdir "$t/instances/${name}_$main" || return
  I=$t/instances/${name}_$main; echo mono > "$I/trace_clock"; echo 1024 > "$I/buffer_size_kb"
  for e in net_dev_queue netif_receive_skb; do echo "($lengths) && name != \"lo\"" > "$I/events/net/$e/filter" && echo 1 > "$I/events/net/$e/enable"; done
  echo 'protocol == 0x0800 || protocol == 0x86dd' > "$I/events/skb/kfree_skb/filter" && echo 1 > "$I/events/skb/kfree_skb/enable"; }

# The table belongs to the nft process that prints the trace (flags owner, Linux 5.12): however that ends, the kernel removes it. Where kernel
# or nft know no owner, the table is an ordinary one, which tidy removes.
trace_rules() { n=$1 p=$2
  printf '%s\nmonitor trace\n' "$3" > "$D/$n.rules"
  (in_ns "$p" nft -a -i) < "$D/$n.rules" > "$D/$n.trace" 2> "$D/$n.nft.err" &
  hands="$hands $!"
  i=0; while [ $i -lt 20 ]; do (in_ns "$p" nft list chain inet "$name" after) >/dev/null 2>&1 && return; kill -0 $! 2>/dev/null || break; sleep 0.1; i=$((i + 1)); done
  has nft || return; kill $! 2>/dev/null
  echo "$p" > "$D/$n.unowned"
  printf '%s\n' "$3" | sed 's/{ flags owner; }//' > "$D/$n.rules"
  (in_ns "$p" nft -f - ) < "$D/$n.rules" 2> "$D/$n.nft.err" || { rm "$D/$n.unowned"; return; }
  (in_ns "$p" nft -a monitor trace) > "$D/$n.trace" 2> "$D/$n.nft.err" &
  hands="$hands $!"; }
start() { n=$1 p=$2; echo "$p" > "$D/$n.pid"
  same "$p" "$3" || { echo "process $p no longer has network namespace $3" | tee "$D/$n.err" > "$D/$n.nft.err"; return; }
  (in_ns "$p" tcpdump -i any -y LINUX_SLL2 -Z root -nn -p -s 160 -B 1024 -c "$count" -U --immediate-mode -w "$D/$n.pcap" "$4") > /dev/null 2> "$D/$n.err" &
  hands="$hands $!"; dumps="$dumps $!:$n"
  [ -z "$5" ] || trace_rules "$n" "$p" "$5"; }
listening() { for d in $dumps; do grep -q '^listening on' "$D/${d#*:}.err" 2>/dev/null || { kill -0 "${d%%:*}" 2>/dev/null && return 1; }; done; }

trace_drops 2> "$D/kernel.err"
while [ $# -ge 5 ]; do names="$names $1"; start "$1" "$2" "$3" "$4" "$5"; shift 5; done
# the last resort: this program was killed, or hangs, and what it started lives
(trap '' TERM INT HUP; i=0; while kill -0 "$main" && [ -d "$D" ] && [ $i -lt $((LIMIT + 10)) ]; do sleep 1; i=$((i + 1)); done
  kill -9 "$main"; [ ! -d "$D" ] || tidy) >/dev/null 2>&1 </dev/null &
i=0; until listening || [ $i -ge 30 ]; do sleep 0.1; i=$((i + 1)); done
sleep 0.1; printf '\n@@%s\tready\n' "$N"
# whoever asked holds stdin open and sends nothing: its end is a connection that was cut, and then nobody is left to tell
exec 8<&0; (cat <&8 >/dev/null; echo > "$D/cut") >/dev/null 2>&1 &
exec 8<&-; listener=$!
i=0; while [ ! -f "$D/stop" ] && [ $i -lt $((LIMIT * 10)) ]; do sleep 0.1; i=$((i + 1)); [ ! -f "$D/cut" ] || exit 0; done
sleep 0.1
# shellcheck disable=SC2086
{ kill $hands; wait $hands; } 2>/dev/null
# of all that was freed, the packets that passed a device
freed() { awk 'match($0, /skbaddr=[0-9a-f]+/) { a = substr($0, RSTART, RLENGTH); if ($0 !~ /: kfree_skb: /) { seen[a] = 1; print } else if (a in seen) print }' "$1" | head -c 1048576; }
# nothing of ours is left on the Node before the answer is written, however long somebody takes to read it
[ -z "$I" ] || { freed "$I/trace" > "$D/kernel"; freed_all=$?; echo 0 > "$I/events/enable"; rmdir "$I"; } 2>> "$D/kernel.err"
# under a time limit of their own: where nobody reads any more they would wait for ever
section() { begin "$1"; if [ -s "$2" ]; then case $4 in base64) timeout "$LIMIT" base64 "$2";; *) timeout "$LIMIT" head -c 4194304 "$2";; esac; fi
  if [ -e "$2" ]; then end "$5" "$(cat "$3" 2>/dev/null)"; else end 1 "$(cat "$3" 2>/dev/null)"; fi; }
for n in $names; do
  section "$n/pcap" "$D/$n.pcap" "$D/$n.err" base64 0
  section "$n/pcap-said" "$D/$n.err" /dev/null cat 0
  # the chains that dropped, for the numbers of their rules
  sed -n 's/^trace id [0-9a-f]* \([a-z0-9]*\) \([^ ]*\) \([^ ]*\) rule .*(verdict drop)$/\1 \2 \3/p' "$D/$n.trace" 2>/dev/null | sort -u | head -n 5 > "$D/$n.dropped"
  while read -r f t c; do (in_ns "$(cat "$D/$n.pid")" nft -a list chain "$f" "$t" "$c"); done < "$D/$n.dropped" > "$D/$n.chains" 2>/dev/null
  section "$n/chains" "$D/$n.chains" /dev/null cat 0
  section "$n/trace" "$D/$n.trace" "$D/$n.nft.err" cat 0
done
if [ -n "$I" ]; then section kernel "$D/kernel" "$D/kernel.err" cat "$freed_all"; else section kernel "$D/none" "$D/kernel.err" cat 1; fi
printf '\n@@%s\tcomplete\n' "$N"
