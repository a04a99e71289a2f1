#!/bin/sh
# What a probe Pod runs: it tells each client, over TCP 8080 and UDP 8080, the address it saw it come from, and sends as many bytes as asked.
# Without socat it stays as an address to reach, and what needs an answer is not asked of it.
export NETDOCTOR_REPLY='read -r n; echo client $SOCAT_PEERADDR; head -c $n /dev/zero'
trap 'exit 0' TERM INT
if command -v socat >/dev/null; then
  for f in 4 6; do
    v=""; [ $f = 6 ] && v=,ipv6only=1
    socat "TCP$f-LISTEN:8080,fork,reuseaddr$v" 'SYSTEM:eval $NETDOCTOR_REPLY' 2>/dev/null &
    socat "UDP$f-RECVFROM:8080,fork$v" 'SYSTEM:eval $NETDOCTOR_REPLY' 2>/dev/null &
  done
fi
while :; do sleep 5 & wait $!; done
