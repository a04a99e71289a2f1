// Command flanneld wires flannel's own packages (kube subnet manager, vxlan and host-gw
// backends, iptables traffic manager) without the cloud back ends.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/flannel-io/flannel/pkg/backend"
	_ "github.com/flannel-io/flannel/pkg/backend/hostgw"
	_ "github.com/flannel-io/flannel/pkg/backend/vxlan"
	"github.com/flannel-io/flannel/pkg/ip"
	"github.com/flannel-io/flannel/pkg/ipmatch"
	"github.com/flannel-io/flannel/pkg/subnet/kube"
	"github.com/flannel-io/flannel/pkg/trafficmngr/iptables"
)

const subnetFile = "/run/flannel/subnet.env"

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	sm, err := kube.NewSubnetManager(ctx, "", os.Getenv("KUBECONFIG"), "flannel.alpha.coreos.com", "/etc/kube-flannel/net-conf.json", true)
	must(err)
	cfg, err := sm.GetNetworkConfig(ctx)
	must(err)
	stack, err := ipmatch.GetIPFamily(cfg.EnableIPv4, cfg.EnableIPv6)
	must(err)
	ext, err := ipmatch.LookupExtIface("", "", "", stack, ipmatch.PublicIPOpts{})
	must(err)
	be, err := backend.NewManager(ctx, sm, ext).GetBackend(cfg.BackendType)
	must(err)
	var wg sync.WaitGroup
	net, err := be.RegisterNetwork(ctx, &wg, cfg)
	must(err)
	tm := &iptables.IPTablesManager{}
	none6 := ip.IP6Net{IP: &ip.IP6{}} // no rules of an earlier run to recycle
	must(tm.Init(ctx))
	must(tm.SetupAndEnsureMasqRules(ctx, cfg.Network, ip.IP4Net{}, ip.IP4Net{}, cfg.IPv6Network, none6, none6, net.Lease(), 5, false))
	tm.SetupAndEnsureForwardRules(ctx, cfg.Network, cfg.IPv6Network, 5)
	must(sm.HandleSubnetFile(subnetFile, cfg, true, net.Lease().Subnet, net.Lease().IPv6Subnet, net.MTU()))
	go func() { _ = http.ListenAndServe(":10252", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) })) }()
	wg.Add(1)
	go func() { defer wg.Done(); net.Run(ctx) }()
	if err := sm.CompleteLease(ctx, net.Lease(), &wg); err != nil {
		log.Print(err)
	}
	wg.Wait()
}
