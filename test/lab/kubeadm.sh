# shellcheck shell=bash
# kubeadm's part of the lab: sourced by `lab`.

kubeadm_node() { # INDEX init|join
  "kubeadm_$2_config" "$1" | nx "node$1" sh -c 'cat > /etc/kubeadm.yaml'
  local flags=(); [ "$2" = join ] || flags=(--skip-token-print)
  nx "node$1" kubeadm "$2" --config /etc/kubeadm.yaml --ignore-preflight-errors=all "${flags[@]}" > "$STATE/$2$1.log" 2>&1 && return
  tail -30 "$STATE/$2$1.log" >&2; return 1
}

node_registration() {
  echo "name: node$1, criSocket: \"unix:///run/containerd/containerd.sock\", kubeletExtraArgs: [{name: node-ip, value: \"$(ips "$1")\"}]"
}

kubeadm_init_config() { cat <<K
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
bootstrapTokens: [{token: abcdef.0123456789abcdef, ttl: 24h0m0s}]
localAPIEndpoint: {advertiseAddress: $(ip4 "$1")}
nodeRegistration: {$(node_registration "$1"), taints: []}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: $KUBE_VERSION
networking: {podSubnet: "$POD_CIDR${DUAL_STACK:+,$POD_CIDR6}", serviceSubnet: "$SVC_CIDR${DUAL_STACK:+,$SVC_CIDR6}"}
apiServer: {certSANs: ["127.0.0.1", "$(ip4 "$1")"]}
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: $PROXY_MODE
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: cgroupfs
failSwapOn: false
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
K
}

kubeadm_join_config() { cat <<K
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery: {bootstrapToken: {token: abcdef.0123456789abcdef, apiServerEndpoint: "$(ip4 1):6443", unsafeSkipCAVerification: true}}
nodeRegistration: {$(node_registration "$1")}
K
}
