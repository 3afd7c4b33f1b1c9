/**
 * Files of clients in shapes that public repositories have them in (read 2026-11-28), by their path below the home
 * folder: names, folders and keys are others, `HOME` is the home folder. What a person has there is not ours to check
 * in, so each stands for several.
 */
export const publicFiles: Readonly<Record<string, string>> = {
  '.config/Claude/claude_desktop_config.json': `{
  "mcpServers": {
    "notes": { "command": "HOME/.asdf/shims/npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "HOME/notes"] },
    "whole home": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "HOME"] },
    "exa": { "command": "npx", "args": ["-y", "exa-mcp-server"], "env": { "EXA_API_KEY": "your-exa-api-key" } },
    "linear": { "command": "npx", "args": ["-y", "@tacticlaunch/mcp-linear"], "env": { "LINEAR_API_TOKEN": "<YOUR_TOKEN>" } },
    "perplexity": { "command": "npx", "args": ["-y", "@perplexity-ai/mcp-server"], "env": { "PERPLEXITY_API_KEY": "pplx-..." } }
  },
  "preferences": { "sidebarMode": "task" }
}`,
  '.codex/config.toml': `[mcp_servers.two]
command = "npx"
args = [
    "-y",
    "@modelcontextprotocol/server-filesystem",
    "HOME/notes",
    "HOME/more",
]

[mcp_servers.tavily]
command = "npx"
args = ["-y", "tavily-mcp@0.1.3"]
env_vars = ["TAVILY_API_KEY"]
`,
  '.gemini/settings.json': `{
  "experimental": { "plan": true },
  "mcpServers": {
    "remote": { "httpUrl": "https://mcp.example.com/mcp" },
    "own": { "command": "node", "args": ["mcp/own/server.js"] },
    "context7": { "command": "npx", "args": ["-y", "@upstash/context7-mcp", "--api-key", "\${CONTEXT7_API_KEY}"] },
    "vercel": { "command": "npx", "args": ["-y", "--package", "@vercel/sdk", "--", "mcp", "start"] }
  }
}`,
  '.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json': `{
  "mcpServers": {
    "tavily-mcp": { "command": "bash", "args": ["-c", "npx -y tavily-mcp@0.1.3"], "env": { "TAVILY_API_KEY": "{secret}" } },
    "time": { "command": "uvx", "args": ["mcp-server-time", "--local-timezone=Asia/Tokyo"], "autoApprove": ["get_current_time"] },
    "arxiv": { "command": "uv", "args": ["tool", "run", "arxiv-mcp-server", "--storage-path", "."] },
    "github.com/modelcontextprotocol/servers/tree/main/src/memory": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"] },
    "c7": { "command": "cmd", "args": ["/c", "npx", "-y", "@upstash/context7-mcp@latest"], "disabled": true }
  }
}`,
  '.config/goose/config.yaml': `extensions:
  developer:
    bundled: true
    enabled: true
    name: developer
    type: builtin
  brave:
    args:
    - -y
    - '@brave/brave-search-mcp-server'
    bundled: null
    cmd: npx
    description: null
    enabled: false
    env_keys:
    - BRAVE_API_KEY
    envs: {}
    name: brave
    timeout: 300
    type: stdio
GOOSE_MODE: approve
`,
  '.config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json': `{
  "mcpServers": {
    "supabase": {
      "command": "npx",
      "args": ["-y", "@supabase/mcp-server-supabase@latest", "--access-token", "\${env:SUPABASE_ACCESS_TOKEN}"],
      "alwaysAllow": ["list_tables"]
    },
    "a file": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "HOME/.codex/config.toml"] }
  }
}`,
  '.kiro/settings/mcp.json': `{
  "mcpServers": {
    "relative": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "./nowhere", "./no where"], "disabled": false },
    "atlassian": {
      "command": "uvx",
      "args": ["mcp-atlassian", "--read-only"],
      "env": { "JIRA_URL": "https://jira.example.com", "JIRA_USERNAME": "$JIRA_USERNAME", "JIRA_API_TOKEN": "$JIRA_API_TOKEN" }
    },
    "aws": { "command": "uvx", "args": ["awslabs.aws-documentation-mcp-server@latest"], "env": { "FASTMCP_LOG_LEVEL": "ERROR" } }
  }
}`,
  '.config/Code/User/mcp.json': `{
	// work
	"inputs": [{ "type": "promptString", "id": "brave", "password": true },],
	"servers": {
		"brave": { "type": "stdio", "command": "npx", "args": ["-y", "@brave/brave-search-mcp-server"], "env": { "BRAVE_API_KEY": "\${input:brave}" } },
		"project": { "type": "stdio", "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "\${workspaceFolder}"] },
		"from a file": { "type": "stdio", "command": "npx", "args": ["-y", "tavily-mcp"], "envFile": "\${workspaceFolder}/.env" },
		"mongodb": { "command": "npx", "args": ["-y", "mongodb-mcp-server", "--connectionString", "mongodb+srv://ada:hush@db.example.com/m"] },
	},
}`,
  '.cursor/mcp.json': `{
  "mcpServers": {
    "supabase": { "command": "npx", "args": ["-y", "@supabase/mcp-server-supabase@latest", "--read-only", "--project-ref=<project-ref>", "--access-token=<personal-access-token>"] },
    "figma": { "command": "npx", "args": ["-y", "figma-developer-mcp", "--figma-api-key=YOUR-KEY", "--stdio"] },
    "n8n": { "command": "npx", "args": ["n8n-mcp"], "env": { "MCP_MODE": "stdio", "N8N_API_URL": "https://your-n8n-instance.com", "N8N_API_KEY": "your-api-key" } },
    "Brave Search": { "command": "env", "args": ["BRAVE_API_KEY=YOUR_BRAVE_API_KEY", "npx", "-y", "@brave/brave-search-mcp-server"] },
    "nothing": { "comment": "set one", "url": "\${env:OWN_MCP_URL}", "command": null, "args": [] }
  }
}`,
  '.config/opencode/opencode.json': `{
  "$schema": "https://opencode.ai/config.json",
  // mine
  "mcp": {
    "gh": {
      "type": "local",
      "command": ["docker", "run", "-i", "--rm", "-e", "GITHUB_PERSONAL_ACCESS_TOKEN", "ghcr.io/github/github-mcp-server"],
      "environment": { "GITHUB_PERSONAL_ACCESS_TOKEN": "{env:GITHUB_TOKEN}" }
    },
    "brave": { "type": "local", "command": ["npx", "-y", "@brave/brave-search-mcp-server"], "environment": { "BRAVE_API_KEY": "{file:~/.secrets/brave}" } },
  },
}`,
  '.config/zed/settings.json': `// Zed settings
{
  "vim_mode": true,
  "context_servers": {
    "mcp-server-context7": { "source": "extension", "enabled": true, "settings": { "key": "x" } },
    "fs": { "source": "custom", "command": { "path": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "~/notes"], "env": null } }
  }
}`,
  '.continue/config.yaml': `name: Local Assistant
version: 1.0.0
schema: v1
mcpServers:
  - name: Brave
    command: npx
    args: ["-y", "@brave/brave-search-mcp-server"]
    env:
      BRAVE_API_KEY: \${{ secrets.BRAVE_API_KEY }}
  - name: SQLite
    command: npx
    args:
      - "-y"
      - "mcp-sqlite"
      - "HOME/x.db"
`,
  '.codeium/windsurf/mcp_config.json': `{
  "mcpServers": {
    "kubernetes": { "command": "npx", "args": ["-y", "kubernetes-mcp-server@latest"] },
    "memory": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"], "env": { "MEMORY_FILE_PATH": "HOME/mem.json" } },
    "playwright": { "command": "npx", "args": ["@playwright/mcp@latest", "--headless", "--viewport-size", "1920x1080", "--user-data-dir", "HOME/more"] }
  }
}`,
  '.claude.json': `{
  "numStartups": 3,
  "mcpServers": {
    "files": {
      "type": "stdio",
      "command": "docker",
      "args": ["run", "-i", "--rm", "--mount", "type=bind,src=HOME/notes,dst=/projects/a", "--mount", "type=bind,src=HOME/more,dst=/projects/b,ro", "mcp/filesystem", "/projects"]
    },
    "gh": { "type": "stdio", "command": "sh", "args": ["-c", "docker run -i --rm -e T=$(gh auth token) ghcr.io/github/github-mcp-server"] },
    "slack": { "type": "stdio", "command": "npx", "args": ["-y", "@modelcontextprotocol/server-slack"], "env": { "SLACK_BOT_TOKEN": "xoxb-your-bot-token" } }
  }
}`,
};
