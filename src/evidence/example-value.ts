/** What a message or a placeholder says about the shape of a value. */
export type Shape =
  | 'url'
  | 'host'
  | 'number'
  | 'port'
  | 'uuid'
  | 'email'
  | 'boolean'
  | 'json'
  | 'path'
  | 'database-url'
  | 'hex'
  | 'long'
  | 'text';

const secretName =
  /(^|_)(API_?KEY|API_?HASH|KEY|TOKEN|SECRET|PASS|PASSWORD|PASSWD|PWD|PAT|CREDENTIALS?|COOKIE|SESSION|AUTH|BEARER|JWT|MNEMONIC|SEED_PHRASE|DSN)(_(\d+|V\d|PROD|DEV|TEST|LIVE|SANDBOX))?$|APIKEY|SECRET|PASSWORD|ACCESS_KEY|PRIVATE_KEY|TOKEN$/i;
const notSecret =
  /(KEY|TOKEN|SECRET|PASSWORD|COOKIE|SESSION|AUTH|CREDENTIALS?)_?(ID|NAME|FILE|PATH|DIR|URL|URI|TTL|LIMIT|LIMITS|TYPE|MODE|METHOD|PREFIX|HEADER|EXPIRY|TIMEOUT|ENABLED|SCOPES?|COUNT|PROVIDER|STORE)$|PUBLIC_KEY|MAX_TOKENS?|AUTH_(TYPE|MODE|METHOD|ENABLED)|(^|_)(USE|ENABLE|DISABLE|SKIP|REQUIRE|ALLOW)_/i;

/** By its name; connection strings hold passwords. */
export function isSecretName(name: string): boolean {
  const upper = name.toUpperCase();
  if (/(DATABASE|CONNECTION|POSTGRES\w*|MYSQL|MONGO\w*|REDIS|DB)_?(URL|URI|STRING)$/.test(upper)) return true;
  return secretName.test(upper) && !notSecret.test(upper);
}

const byName: readonly (readonly [RegExp, Shape])[] = [
  [
    /(DATABASE|DB|POSTGRES\w*|PG|MYSQL|MARIADB|MONGO\w*|REDIS|NEO4J|CONNECTION)_?(URL|URI|STRING|DSN)$|CONNECTION_STRING/,
    'database-url',
  ],
  [/(^|_)(URL|URI|ENDPOINT|WEBHOOK|BASEURL|BASE_URL|API_BASE|INSTANCE|SITE)$|_URL_|URL$/, 'url'],
  [/(^|_)(HOST|HOSTNAME|DOMAIN|SERVER|FQDN|SUBDOMAIN_HOST)$/, 'host'],
  [/(^|_)PORT$/, 'port'],
  [/(^|_)(TIMEOUT|LIMIT|MAX|MIN|SIZE|COUNT|RETRIES|INTERVAL|TTL|SECONDS|MS)$|(^|_)(MAX|NUM)_/, 'number'],
  [/(^|_)(UUID|GUID|TENANT_ID|SUBSCRIPTION_ID|CLIENT_ID)$/, 'uuid'],
  [/(^|_)E?MAIL(_ADDRESS)?$|(^|_)MAIL_(FROM|TO)$/, 'email'],
  [
    /^(ENABLE|DISABLE|USE|ALLOW|SKIP|IS|NO)_|(ENABLED|DISABLED|READ_?ONLY|SSL|TLS|VERIFY|INSECURE)$/,
    'boolean',
  ],
  [/(^|_)(JSON|CREDENTIALS)$|_JSON$/, 'json'],
  [/(^|_)(PATH|DIR|DIRECTORY|FILE|FOLDER|ROOT|WORKSPACE|HOME|DB_PATH|DIRS|PATHS|FILENAME)$/, 'path'],
];

export function shapeOf(name: string, placeholder = ''): Shape {
  if (
    /^(postgres(ql)?|mysql|mariadb|mongodb(\+srv)?|redis|rediss|amqps?|neo4j|bolt|sqlserver|mssql)(\+\w+)?:\/\//.test(
      placeholder,
    )
  )
    return 'database-url';
  if (/^(https?|wss?):\/\//.test(placeholder)) return 'url';
  if (/^\[\s*["']?[~./A-Za-z]/.test(placeholder) && /[\\/]/.test(placeholder)) return 'path';
  if (/^[{[]/.test(placeholder) && !/^[[{<]+[\w -]+[\]}>]+$/.test(placeholder)) return 'json';
  if (isPathText(placeholder)) return 'path';
  return byName.find(([pattern]) => pattern.test(name.toUpperCase()))?.[1] ?? 'text';
}

/** `/path/to/dir`, `~/x`, `C:\x`, `./x`, and what editors put in place of a folder. */
export function isPathText(text: string): boolean {
  if (/^\/(?!api\b|v\d|mcp\b|rest\b|graphql\b)[\w.-]+(\/[\w.-]+)+\/?$/.test(text)) return true;
  return /^(\/(?!\/)(path|users?|home|absolute|your|tmp|var|data|workspace|projects?|full|opt|mnt|some|repo)\b|~\/|\.{1,2}\/|[A-Za-z]:[\\/]|\$\{?(HOME|PWD|workspaceFolder)|[<{[]?(absolute|full)?[-_ /]?path[-_ ]?(to)?[-_ /])/i.test(
    text,
  );
}

const uuid = '00000000-0000-4000-8000-000000000000';
const schemes: readonly (readonly [RegExp, string])[] = [
  [/MYSQL|MARIADB/, 'mysql://user:example@db.example.com:3306/example'],
  [/MONGO/, 'mongodb://user:example@db.example.com:27017/example'],
  [/REDIS/, 'redis://db.example.com:6379'],
  [/NEO4J|BOLT/, 'bolt://db.example.com:7687'],
  [/./, 'postgresql://user:example@db.example.com:5432/example'],
];

/** A harmless value of the right shape; the same for the same name. Hosts are of the reserved names (RFC 2606). */
export function exampleValue(
  name: string,
  { shape, placeholder = '' }: { shape?: Shape | undefined; placeholder?: string | undefined } = {},
): string {
  const upper = name.toUpperCase();
  switch (shape ?? shapeOf(name, placeholder)) {
    case 'url':
      return urlLike(name, placeholder);
    case 'host':
      return `${hostWord(upper)}.example.com`;
    case 'database-url':
      return databaseUrl(upper, placeholder);
    case 'port':
      return '8080';
    case 'number':
      return /^\d{1,9}$/.test(placeholder) ? placeholder : '10';
    case 'uuid':
      return uuid;
    case 'email':
      return 'someone@example.com';
    case 'boolean':
      return /^(true|false|0|1|yes|no)$/i.test(placeholder) ? placeholder : 'true';
    case 'json':
      return /SERVICE_ACCOUNT|GOOGLE\w*CREDENTIALS/.test(upper) ? serviceAccount : '{}';
    case 'path':
      return '/tmp/example';
    case 'hex':
      return '0123456789abcdef'.repeat(4);
    case 'long':
      return `${prefixOf(placeholder)}example${'0'.repeat(64)}`;
    case 'text':
      return textLike(upper, placeholder);
  }
}

/** As Google hands them out: libraries look whether all is there before they do anything else. */
export const serviceAccount = JSON.stringify({
  type: 'service_account',
  project_id: 'example',
  private_key_id: 'example',
  private_key: 'example',
  client_email: 'someone@example.iam.gserviceaccount.com',
  client_id: '12345',
  token_uri: 'https://oauth2.googleapis.com/token',
});

function urlLike(name: string, placeholder: string): string {
  const scheme = /^(wss?|https?):/.exec(placeholder)?.[1] ?? 'https';
  const port = /^\w+:\/\/[^/]*:(\d+)/.exec(placeholder)?.[1];
  const given = /^\w+:\/\/[^/]*(\/[A-Za-z0-9/._-]*)/.exec(placeholder)?.[1]?.replace(/\/$/, '') ?? '';
  return `${scheme}://${hostWord(name.toUpperCase())}.example.com${port === undefined ? '' : `:${port}`}${given}`;
}

function databaseUrl(upper: string, placeholder: string): string {
  const scheme = /^(\w+)(\+\w+)?:\/\//.exec(placeholder)?.[1]?.toUpperCase() ?? upper;
  return schemes.find(([pattern]) => pattern.test(scheme))?.[1] ?? '';
}

/** `JIRA_BASE_URL` → `jira`. */
function hostWord(upper: string): string {
  const word = upper
    .split('_')
    .find(
      (part) =>
        !/^(MCP|API|BASE|URL|URI|HOST|HOSTNAME|SERVER|ENDPOINT|INSTANCE|SITE|DOMAIN|HTTP|HTTPS|PUBLIC|MY)$/.test(
          part,
        ),
    );
  return (word ?? 'server').toLowerCase().replaceAll(/[^a-z0-9]/g, '') || 'server';
}

/** `sk-ant-your-key` → `sk-ant-`: what many servers look at. */
export function prefixOf(placeholder: string): string {
  const prefix =
    /^((?!your|my|the|api|some|put|insert|enter|replace|paste|xxx|example|test|add)[A-Za-z]{2,8}[-_.](?:(?:ant|live|test|proj|at|pat|st|pt|v1|app|org|or)[-_.])?)(?=.*)/i.exec(
      placeholder,
    )?.[1] ?? '';
  return /^(access|client|secret|token|key|user|project)[-_.]$/i.test(prefix) ? '' : prefix;
}

function textLike(upper: string, placeholder: string): string {
  // Long enough for those who look at the length: many do.
  if (/PASS|PWD/.test(upper)) return 'example-password-1';
  if (isSecretName(upper)) return `${prefixOf(placeholder)}example0123456789abcdef012345678`;
  if (/(^|_)REGION$/.test(upper)) return /^[a-z]{2}-[a-z]+-\d$/.test(placeholder) ? placeholder : 'us-east-1';
  if (/(^|_)(ID|NUMBER)$/.test(upper)) return /^\d{1,12}$/.test(placeholder) ? placeholder : '12345';
  return isHarmless(placeholder) ? placeholder : 'example';
}

/** A literal that may be repeated: short, one word, and no placeholder for something of the reader's. */
export function isHarmless(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9 ,._/:-]{0,40}$/.test(text) && !isPlaceholder(text);
}

export function isPlaceholder(text: string): boolean {
  return (
    text === '' ||
    /your|my[-_]|example|xxx|\.\.\.|…|changeme|replace|insert|enter|placeholder|[<>${}[\]]|here$|^\*+$|path\/to|secret|token|password|api[-_ ]?key/i.test(
      text,
    )
  );
}
