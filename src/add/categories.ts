/** Categories of the catalog, by words in keywords, name and description; earlier ones win. */
const table: readonly (readonly [category: string, words: RegExp])[] = [
  ['version-control', /\b(git|github|gitlab|bitbucket|gitea|pull requests?|repositor(y|ies))\b/],
  ['browser', /\b(browser automation|puppeteer|playwright|selenium|chromium|chrome)\b/],
  [
    'database',
    /\b(databases?|sql server|sql|sqlite|postgres(ql)?|mysql|mssql|mariadb|mongo(db)?|redis|neo4j|elasticsearch|duckdb|clickhouse|snowflake|cassandra|influxdb|supabase|cosmosdb|oracle|dynamodb|bigquery|graph database|vector)\b/,
  ],
  ['memory', /\b(memory|knowledge graph|remember)\b/],
  [
    'observability',
    /\b(monitoring|observability|logs?|metrics|tracing|alerts?|prometheus|grafana|dashboards?)\b/,
  ],
  ['cloud', /\b(aws|azure|gcp|google cloud|cloudflare|vercel|netlify|heroku|cloud|serverless)\b/],
  [
    'infrastructure',
    /\b(kubernetes|k8s|docker|terraform|helm|containers?|deployments?|proxmox|ssh|dns|ci\/cd|jenkins)\b/,
  ],
  ['security', /\b(security|vulnerabilit(y|ies)|secrets?|passwords?|malware|cve|threats?)\b/],
  ['search', /\b(web search|search engine|search|(rip)?grep)\b/],
  ['web', /\b(scrap(e|er|ing)|crawl(er|ing)?|fetch(es|ing)?|web ?pages?|html|urls?)\b/],
  ['maps', /\b(maps?|geocod\w+|geospatial|gis|directions|places)\b/],
  ['weather', /\b(weather|forecasts?|climate)\b/],
  [
    'finance',
    /\b(finance|stocks?|trading|payments?|crypto\w*|bitcoin|blockchain|invoices?|accounting|banking|market data|exchange)\b/,
  ],
  ['commerce', /\b(shopify|e-?commerce|store|shop|products?|orders?)\b/],
  [
    'communication',
    /\b(slack|discord|telegram|email|e-mail|smtp|imap|chat|messag(es|ing)|reddit|social media|mastodon|bluesky|twitter|linkedin|sms|whatsapp|teams|zoom|calls?)\b/,
  ],
  [
    'productivity',
    /\b(tasks?|calendar|notes?|todo|kanban|trello|jira|linear|notion|asana|project management|spreadsheets?|sheets|office|crm|boards?)\b/,
  ],
  ['design', /\b(figma|design|ui components?|icons?|components?|css|tailwind\w*)\b/],
  [
    'media',
    /\b(images?|videos?|audio|music|speech|tts|youtube|photos?|charts?|diagrams?|mermaid|podcasts?)\b/,
  ],
  ['documentation', /\b(documentation|docs|api reference|wiki|confluence)\b/],
  ['files', /\b(files?|filesystem|folders?|pdf|excel|word|documents?|csv|xlsx)\b/],
  ['testing', /\b(test(s|ing)?|accessibility|lint\w*|quality)\b/],
  [
    'ai',
    /\b(llms?|openai|gemini|claude|deepseek|mistral|ollama|gpt|models?|agents?|inference|embeddings?|rag)\b/,
  ],
  ['research', /\b(research|papers?|arxiv|academic|science|scientific|pubmed|citations?)\b/],
  ['data', /\b(data|analytics|dataset|statistics|warehouse)\b/],
  ['reasoning', /\b(thinking|reasoning|planning)\b/],
  ['travel', /\b(flights?|travel|hotels?|airline|trains?)\b/],
  [
    'development',
    /\b(code|developers?|compiler|packages?|dependencies|npm|maven|sdk|framework|typescript|python)\b/,
  ],
];

/** Said of every server, whatever it is about: `A Model Context Protocol server for AI agents`. */
const ofAll =
  /\bmodel context protocol\b|\b(ai|llm|coding|autonomous|claude) (agents?|assistants?|models?|applications?|clients?|tools?)\b|\b(ai|llms?|agents?) (like|such as)\b|\bwith ai mcp\b|\blarge language models?\b|\b(enabling|enables|allows?|allowing|lets?|giv(es|ing)|for|with|by|via|to|into) (llms?|agents?|claude|ai|cursor)( agents?| assistants?| models?| applications?| clients?| tools?)?\b|\bclaude (desktop|code)\b/gi;

/** At most two, of what the words of a package say most often; `utilities` where they say nothing. */
export function categoriesOf(texts: readonly string[]): string[] {
  const [first = '', ...rest] = texts.map((text) => text.replaceAll(ofAll, ' '));
  const scores = table.map(([category, words], index) => {
    const all = new RegExp(words.source, 'gi');
    const count = (text: string): number => [...text.matchAll(all)].length;
    // What comes first (name and description) weighs more than keywords; of those, `ai` and `llm` stand everywhere.
    const keywords = category === 'ai' ? 0 : rest.reduce((sum, text) => sum + count(text), 0);
    return { category, index, score: 3 * count(first) + keywords };
  });
  const found = scores
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, 2);
  const [best, second] = found;
  if (best === undefined) return ['utilities'];
  return second !== undefined && second.score * 2 >= best.score
    ? [best.category, second.category]
    : [best.category];
}
