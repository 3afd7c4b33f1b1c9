#!/bin/sh
# Version: Go github.com/mark3labs/mcp-go 1.2.1 (server on stdio, its defaults: five calls run at once, the sixth
# waits). Seen 2026-11-27.
#
# Behaviour: a call that is running can be cancelled. A call that still waits for its turn can't: the notification is
# taken for one about an unknown request and forgotten, so the tool *starts after it was cancelled*, does its work,
# and the answer is sent. The script holds five calls, sends a sixth, cancels it, waits for the answer of a ping (so
# the cancellation has been read), and only then lets the five go.
#
# Output seen:
#   running: stopped by its cancellation
#   waiting: ran after its cancellation
#   waiting: answered
#
# Needs go >= 1.25.5. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
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
	"os"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	s := server.NewMCPServer("finding", "1.0.0", server.WithToolCapabilities(false))
	s.AddTool(mcp.NewTool("hold"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for {
			if _, err := os.Stat("gate"); err == nil {
				return mcp.NewToolResultText("held"), nil
			}
			select {
			case <-ctx.Done():
				os.WriteFile("stopped", nil, 0o600)
				return mcp.NewToolResultText("stopped"), nil
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	s.AddTool(mcp.NewTool("work"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		os.WriteFile("worked", nil, 0o600)
		return mcp.NewToolResultText("worked"), nil
	})
	server.ServeStdio(s)
}
GO
install() {
  timeout 60 go mod init finding &&
    timeout 300 go get github.com/mark3labs/mcp-go/server@v1.2.1 &&
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
call() { say '{"jsonrpc":"2.0","id":'"$1"',"method":"tools/call","params":{"name":"'"$2"'","arguments":{}}}'; }
cancel() { say '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":'"$1"'}}'; }
# until COMMAND…: waits for it, at most ten seconds.
until_true() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || return 1
    sleep 0.1
  done
}
answered() { grep -q '"id":'"$1"'[,}]' out; }

say '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"finding","version":"1"}}}'
until_true answered 1 || exit 2
say '{"jsonrpc":"2.0","method":"notifications/initialized"}'

call 2 hold
sleep 0.5
cancel 2
if until_true test -e stopped; then echo 'running: stopped by its cancellation'; else echo 'running: went on'; fi > seen
until_true answered 2

for id in 11 12 13 14 15; do call "$id" hold; done
call 20 work
cancel 20
say '{"jsonrpc":"2.0","id":30,"method":"ping"}'
until_true answered 30 || exit 2
[ ! -e worked ] || exit 2
: > gate
for id in 11 12 13 14 15; do until_true answered "$id"; done
call 31 hold
until_true answered 31
if [ -e worked ]; then echo 'waiting: ran after its cancellation'; else echo 'waiting: never ran'; fi >> seen
if answered 20; then echo 'waiting: answered'; else echo 'waiting: not answered'; fi >> seen
exec 3>&-
cat seen

cat > expected <<'SEEN'
running: stopped by its cancellation
waiting: ran after its cancellation
waiting: answered
SEEN
diff expected seen || exit 1
