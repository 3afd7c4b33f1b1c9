/** Programs whose command lines `mcpcat add` understands; from such a word on, options are not its own. */
export const foreignWords =
  /^(npx|bunx|pnpx|npm|pnpm|yarn|bun|uvx|uv|pipx|pip3?|go|python[\d.]*|py|claude|codex|deno|wsl|volta|mise|cross-env|pwsh|powershell|gemini|qwen|amp|copilot|docker|podman|env|cmd|sh|bash|sudo)(\.exe|\.cmd)?$/;
