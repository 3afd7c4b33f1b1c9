#!/bin/sh
# Version: Go github.com/modelcontextprotocol/go-sdk 1.8.0. Seen 2026-11-27.
#
# Behaviour: the SDK derives a tool's output schema from the Go type of its result, and then checks the result against
# it. For a slice it permits null, so a slice that nobody filled passes. For a map it does not, and a map that nobody
# filled is encoded as null: the SDK refuses the result by its own schema, and the whole call fails with a JSON-RPC
# error of code 0. So a tool works as long as it finds something and fails when there is nothing to list.
#
# Output seen (id 2: slice empty, map filled; id 3: slice filled, map empty):
#   schema: items ["null","array"], counts "object"
#   id 2: result
#   id 3: error, code 0, /properties/counts
#
# Needs go >= 1.25. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > main.go <<'GO'
package main

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type wish struct {
	Map bool `json:"map"`
}

type found struct {
	Items  []string       `json:"items"`
	Counts map[string]int `json:"counts"`
}

func main() {
	s := mcp.NewServer(&mcp.Implementation{Name: "finding", Version: "1.0.0"}, nil)
	mcp.AddTool(s, &mcp.Tool{Name: "list"}, func(_ context.Context, _ *mcp.CallToolRequest, w wish) (*mcp.CallToolResult, found, error) {
		if w.Map {
			return nil, found{Counts: map[string]int{"a": 1}}, nil
		}
		return nil, found{Items: []string{"a"}}, nil
	})
	s.Run(context.Background(), &mcp.StdioTransport{})
}
GO
install() {
  timeout 60 go mod init finding &&
    timeout 300 go get github.com/modelcontextprotocol/go-sdk/mcp@v1.8.0 &&
    timeout 300 go build -o server .
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

mkfifo in
: > out
timeout 60 ./server < in > out 2>/dev/null &
server=$!
exec 3> in
say() { printf '%s\n' "$1" >&3; }
# Waits for the answer to request $1, at most ten seconds.
answered() {
  tries=0
  until grep -q '"id":'"$1"'[,}]' out; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || exit 2
    sleep 0.1
  done
}
answer() { grep '"id":'"$1"'[,}]' out; }

say '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"finding","version":"1"}}}'
answered 1
say '{"jsonrpc":"2.0","method":"notifications/initialized"}'
say '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list","arguments":{"map":true}}}'
answered 2
say '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"list","arguments":{"map":false}}}'
answered 3
say '{"jsonrpc":"2.0","id":4,"method":"tools/list"}'
answered 4
exec 3>&-

{
  items=$(answer 4 | sed -n 's/.*"items":{"type":\(\["null","array"\]\).*/\1/p')
  counts=$(answer 4 | sed -n 's/.*"counts":{"type":\("object"\).*/\1/p')
  echo "schema: items $items, counts $counts"
  case $(answer 2) in *'"result":'*) echo 'id 2: result' ;; *) echo 'id 2: error' ;; esac
  case $(answer 3) in
    *'"error":{"code":0,'*/properties/counts*) echo 'id 3: error, code 0, /properties/counts' ;;
    *) echo "id 3: $(answer 3)" ;;
  esac
} > seen
cat seen

cat > expected <<'SEEN'
schema: items ["null","array"], counts "object"
id 2: result
id 3: error, code 0, /properties/counts
SEEN
diff expected seen || exit 1
