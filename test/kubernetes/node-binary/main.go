// One program for the parts of a Kubernetes cluster that the tests need: the first argument names the part.
// They are the real ones, from the modules that the project publishes; only this switch is ours.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

const etcdStartTimeout = 60 * time.Second

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("expected a part: etcd, kube-apiserver, kube-controller-manager, kube-scheduler or kubelet"))
	}
	part := os.Args[1]
	os.Args = append([]string{part}, os.Args[2:]...)
	switch part {
	case "etcd":
		fail(runEtcd(os.Args[1:]))
	case "kube-apiserver":
		run(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		run(manager.NewControllerManagerCommand())
	case "kube-scheduler":
		run(scheduler.NewSchedulerCommand())
	case "kubelet":
		// The kubelet installs its own signal handler and panics when the context brings another.
		run(kubelet.NewKubeletCommand(context.Background()))
	default:
		fail(fmt.Errorf("unknown part %q", part))
	}
}

func run(command *cobra.Command) { os.Exit(cli.Run(command)) }

func fail(err error) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// etcd DATA_FOLDER CLIENT_URL PEER_URL
func runEtcd(args []string) error {
	if len(args) != 3 {
		return errors.New("expected a data folder, a client URL and a peer URL")
	}
	client, err := url.Parse(args[1])
	if err != nil {
		return err
	}
	peer, err := url.Parse(args[2])
	if err != nil {
		return err
	}
	config := embed.NewConfig()
	config.Dir = args[0]
	config.LogLevel = "error"
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.UnsafeNoFsync = true // the data lives no longer than the test
	return serveUntilSignal(config)
}

func serveUntilSignal(config *embed.Config) error {
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer etcd.Close()
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	select {
	case <-etcd.Server.ReadyNotify():
	case <-time.After(etcdStartTimeout):
		return errors.New("etcd was not ready in time")
	}
	<-ended
	return nil
}
