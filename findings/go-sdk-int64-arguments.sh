#!/bin/sh
# Version: Go github.com/modelcontextprotocol/go-sdk 1.8.0. Seen 2026-11-28.
#
# Behaviour: a tool whose argument is an int64 in Go gets another number than the client sent, if it is beyond 2^53: the
# handler's raw arguments still have it, the decoded struct has not. The same for a tool's result: the schema that was
# derived from the struct says "integer", and what goes out is a rounded one. The numbers of chats, posts and users of
# many services are that long. Between them the SDK reads the JSON into a map to fill in defaults and writes it out anew.
# Go's encoding/json decodes into int64 exactly, and the tool's handler is promised its arguments as that type (package
# mcp, ToolHandlerFor); a server that reads the raw arguments itself (Server.AddTool) gets the right number.
#
# Output seen:
#   sent     1234567890123456789
#   raw      {"id":1234567890123456789}
#   handler  1234567890123456800
#   result   1234567890123456789 is sent as {"id":1234567890123456800}
#   2^53 + 1 9007199254740993 becomes 9007199254740992
#
# Needs go >= 1.25. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type message struct {
	ID int64 `json:"id"`
}

func main() {
	ctx := context.Background()
	var raw string
	var got int64
	server := mcp.NewServer(&mcp.Implementation{Name: "finding", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "read"}, func(_ context.Context, r *mcp.CallToolRequest, m message) (*mcp.CallToolResult, any, error) {
		raw, got = string(r.Params.Arguments), m.ID
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{}}}, nil, nil
	})
	mcp.AddTool(server, &mcp.Tool{Name: "last"}, func(_ context.Context, _ *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, message, error) {
		return nil, message{1234567890123456789}, nil
	})
	near, far := mcp.NewInMemoryTransports()
	if _, err := server.Connect(ctx, far, nil); err != nil {
		log.Fatal(err)
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "client", Version: "1.0.0"}, nil).Connect(ctx, near, nil)
	if err != nil {
		log.Fatal(err)
	}
	call := func(name, arguments string) string {
		result, err := client.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
		if err != nil {
			log.Fatal(err)
		}
		return result.Content[0].(*mcp.TextContent).Text
	}
	call("read", `{"id":1234567890123456789}`)
	fmt.Println("sent     1234567890123456789")
	fmt.Println("raw     ", raw)
	fmt.Println("handler ", got)
	fmt.Println("result   1234567890123456789 is sent as", call("last", "{}"))
	call("read", `{"id":9007199254740993}`)
	fmt.Println("2^53 + 1 9007199254740993 becomes", got)
}
GO
install() {
  timeout 60 go mod init finding &&
    timeout 300 go get github.com/modelcontextprotocol/go-sdk/mcp@v1.8.0 &&
    timeout 300 go build -o try .
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi
timeout 60 ./try > seen || exit 2
cat seen

cat > expected <<'SEEN'
sent     1234567890123456789
raw      {"id":1234567890123456789}
handler  1234567890123456800
result   1234567890123456789 is sent as {"id":1234567890123456800}
2^53 + 1 9007199254740993 becomes 9007199254740992
SEEN
diff expected seen || exit 1
