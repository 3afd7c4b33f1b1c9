// A CNI plugin that makes no interface. With a runtime handler's own CNI folder it gives pods of that RuntimeClass
// loopback alone, with runc too. The address in its answer is of a block for documentation (RFC 5737): containerd wants
// one, and none of it exists in the pod.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type network struct {
	Version string `json:"cniVersion"`
}

func main() {
	var asked network
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Printf(`{"cniVersion":"1.0.0","code":6,"msg":%q}`, err.Error())
		os.Exit(1)
	}
	switch os.Getenv("CNI_COMMAND") {
	case "ADD":
		answer(map[string]any{
			"cniVersion": asked.Version,
			"interfaces": []any{map[string]string{"name": "eth0", "sandbox": os.Getenv("CNI_NETNS")}},
			"ips":        []any{map[string]any{"interface": 0, "address": "192.0.2.1/32"}},
		})
	case "VERSION":
		answer(map[string]any{"cniVersion": "1.0.0", "supportedVersions": []string{"1.0.0"}})
	}
}

func answer(value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
