process.stderr.write('mcpcat: not wired yet\n');
