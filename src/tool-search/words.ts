/** Words of a question that say nothing of the tool. */
const empty = new Set(
  'a an and any are as at be by can could did do does for from get have how i in into is it its me my of on or our please should some that the their them then there these they this those to us use using want was we were what when where which who will with would you your'.split(
    ' ',
  ),
);

/** The words of names and texts alike: `getPodLogs`, `get_pod_logs` and "the logs of a pod" have the same ones. */
export function wordsOf(text: string): string[] {
  return text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !empty.has(word));
}

/** One form for singular and plural, and for what is done and doing: rules, no dictionary. */
export function stemOf(word: string): string {
  if (word.length <= 3) return word;
  for (const [end, instead] of endings)
    if (word.endsWith(end) && word.length - end.length >= 3) return word.slice(0, -end.length) + instead;
  return word;
}

const endings: readonly (readonly [end: string, instead: string])[] = [
  ['ies', 'y'],
  ['sses', 'ss'],
  ['ches', 'ch'],
  ['shes', 'sh'],
  ['xes', 'x'],
  ['ations', 'ate'],
  ['ation', 'ate'],
  ['ings', ''],
  ['ing', ''],
  ['ied', 'y'],
  ['ed', ''],
  ['ss', 'ss'],
  ['us', 'us'],
  ['is', 'is'],
  ['s', ''],
];

/** Words that one says and another writes. Everyday ones: what a service calls its things stands in its descriptions. */
const sameWords: readonly (readonly string[])[] = [
  ['picture', 'image', 'photo'],
  ['email', 'mail'],
  ['folder', 'directory'],
  ['speech', 'voice', 'audio', 'aloud'],
  ['remember', 'memory', 'fact', 'knowledge'],
  ['ticket', 'issue', 'bug'],
  ['price', 'cost', 'pricing', 'spend'],
  ['delete', 'remove'],
  ['create', 'make', 'new', 'add', 'insert', 'open', 'write'],
  ['show', 'get', 'list', 'view', 'read', 'retrieve'],
  ['change', 'update', 'edit', 'modify', 'diff'],
  ['search', 'find', 'look', 'query'],
  ['weather', 'rain', 'forecast', 'temperature'],
  ['share', 'stock', 'ticker'],
  ['route', 'direction', 'way'],
  ['row', 'record', 'entry', 'item'],
  ['column', 'field', 'schema'],
  ['run', 'execute', 'call'],
  ['start', 'launch', 'trigger', 'deploy'],
  ['invite', 'attendee', 'event'],
  ['meeting', 'event', 'appointment'],
  ['machine', 'server', 'instance', 'vm'],
  ['calculate', 'multiply', 'compute', 'sum', 'arithmetic'],
  ['generate', 'create', 'draw', 'render'],
];

/** Others with the same meaning, as stems. */
export const synonymsOf: ReadonlyMap<string, ReadonlySet<string>> = synonyms();

function synonyms(): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const words of sameWords.map((group) => group.map(stemOf)))
    for (const word of words) {
      const known = all.get(word) ?? new Set<string>();
      for (const other of words) if (other !== word) known.add(other);
      all.set(word, known);
    }
  return all;
}
