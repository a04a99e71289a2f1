# shellcheck shell=bash disable=SC2034
# Settings of a lab. Each can be set in the environment of `lab up`, which keeps them for the lab's later commands.
LAB=${LAB:-/var/tmp/netdoctor-lab}     # binaries, images and the golden store (shared), and every lab's state
LAB_NAME=${LAB_NAME:-lab}              # several labs can be up side by side under different names
BIN=$LAB/bin
STATE=$LAB/labs/$LAB_NAME
KUBE_VERSION=v1.34.4
if [ -f "$STATE/settings" ]; then . "$STATE/settings"; fi # what this lab was brought up with wins
NODES=${NODES:-3}                      # 1 to 5
CNI=${CNI:-flannel}                    # flannel (VXLAN) | flannel-host-gw | bridge (static routes) | none
PROXY_MODE=${PROXY_MODE:-iptables}     # iptables | nftables
POD_CIDR=${POD_CIDR:-10.244.0.0/16}
SVC_CIDR=${SVC_CIDR:-10.96.0.0/12}
NODE_NET=${NODE_NET:-192.168.100}      # nodes are in .0/24: the router is .1, node N is .1N
NODE_MTU=${NODE_MTU:-1500}
DUAL_STACK=${DUAL_STACK:-}             # 1: IPv6 beside IPv4, for nodes, Pods and Services
POD_CIDR6=${POD_CIDR6:-fd00:10:244::/56}
SVC_CIDR6=${SVC_CIDR6:-fd00:10:96::/112}
NODE_NET6=${NODE_NET6:-fd00:100}       # nodes are in ::/64: the router is ::1, node N is ::1N
API_PORT=${API_PORT:-}                 # the API server, on 127.0.0.1 of this machine; by default the first free port from 16443
SETTINGS="NODES CNI PROXY_MODE POD_CIDR SVC_CIDR NODE_NET NODE_MTU DUAL_STACK POD_CIDR6 SVC_CIDR6 NODE_NET6 API_PORT"
export LAB LAB_NAME BIN STATE
