/**
 * The day that bench/replay/day.jsonl is recorded from: what four clients in nine sessions ask of servers of the
 * catalog that reach no network and keep nothing. Made up, as a working day is: bursts, long pauses, some calls side
 * by side, mistakes, one that is given up.
 */
export interface PlannedCall {
  /** Of the day, in UTC: `9:05:30`. */
  readonly at: string;
  /** `SERVER/TOOL` */
  readonly what: string;
  readonly given: Readonly<Record<string, unknown>>;
  /** Milliseconds after which the client gives it up. */
  readonly givenUpMs?: number;
}

export interface PlannedSession {
  readonly client: string;
  readonly calls: readonly PlannedCall[];
}

/** `every` seconds one, from then on. */
function series(
  from: string,
  every: number,
  calls: readonly (readonly [string, Readonly<Record<string, unknown>>])[],
): readonly PlannedCall[] {
  const [hours = 0, minutes = 0, seconds = 0] = from.split(':').map(Number);
  return calls.map(([what, given], index) => {
    const all = hours * 3600 + minutes * 60 + seconds + index * every;
    const two = (value: number): string => String(value).padStart(2, '0');
    return {
      at: `${String(Math.floor(all / 3600))}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`,
      what,
      given,
    };
  });
}

const calculate = (expression: string) => ['calculator/calculate', { expression }] as const;
const now = (timezone: string) => ['time/get_current_time', { timezone }] as const;
const convert = (time: string, from: string, to: string) =>
  ['time/convert_time', { time, source_timezone: from, target_timezone: to }] as const;
const echo = (message: string) => ['everything/echo', { message }] as const;
const chart = (title: string, values: readonly number[]) =>
  [
    'echarts/generate_bar_chart',
    {
      title,
      data: values.map((value, index) => ({ category: `Q${String(index + 1)}`, value })),
      outputType: 'option',
    },
  ] as const;
const thoughts = (topic: string, count: number) =>
  Array.from(
    { length: count },
    (_, index) =>
      [
        'sequential-thinking/sequentialthinking',
        {
          thought: `${topic}: step ${String(index + 1)} of ${String(count)}`,
          thoughtNumber: index + 1,
          totalThoughts: count,
          nextThoughtNeeded: index + 1 < count,
        },
      ] as const,
  );
const scenario = (startingMRR: number) =>
  [
    'scenario-modeler/get-scenario-data',
    {
      customInputs: {
        startingMRR,
        monthlyGrowthRate: 5,
        monthlyChurnRate: 2,
        grossMargin: 80,
        fixedCosts: 30_000,
      },
    },
  ] as const;
const tune = { abcNotation: 'X:1\nT:Scale\nM:4/4\nL:1/4\nK:C\nC D E F | G A B c |' };
const shader = {
  fragmentShader:
    'void mainImage(out vec4 fragColor, in vec2 fragCoord) { fragColor = vec4(fragCoord / iResolution.xy, 0.0, 1.0); }',
};

export const day: readonly PlannedSession[] = [
  {
    client: 'claude-code',
    calls: [
      ...series('8:57:10', 4, [now('Europe/Berlin'), now('America/New_York')]),
      ...series('9:02:00', 9, thoughts('plan the migration', 8)),
      ...series('9:31:00', 6, [calculate('1024 * 768'), calculate('2 ** 10'), calculate('sqrt(2)')]),
      ...series('9:31:20', 0, [calculate('1 / 3'), now('UTC'), echo('side by side')]),
      ...series('10:48:00', 12, thoughts('review the plan', 5)),
      ...series('11:36:00', 5, [calculate('(12 + 30) / 7'), calculate('nonsense +')]),
    ],
  },
  {
    client: 'codex-mcp-client',
    calls: [
      ...series('9:11:00', 20, [
        echo('a'.repeat(2000)),
        ['everything/get-sum', { a: 2, b: 40 }],
        ['everything/get-structured-content', { location: 'New York' }],
        ['everything/get-tiny-image', {}],
        ['everything/get-annotated-message', { messageType: 'error', includeImage: true }],
        ['everything/get-resource-links', { count: 3 }],
        ['everything/get-resource-reference', { resourceType: 'Text', resourceId: 1 }],
        ['everything/get-sum', { a: 'two', b: 40 }],
      ]),
      ...series('9:48:00', 30, [['everything/trigger-long-running-operation', { duration: 3, steps: 3 }]]),
    ],
  },
  {
    client: 'gemini-cli-mcp-client',
    calls: [
      ...series('10:05:00', 7, [
        convert('09:30', 'Europe/Berlin', 'Asia/Tokyo'),
        convert('18:00', 'Europe/Berlin', 'America/Los_Angeles'),
        convert('25:00', 'Europe/Berlin', 'UTC'),
        now('Mars/Olympus_Mons'),
        now('Asia/Kolkata'),
      ]),
      ...series('10:40:00', 15, [
        chart('Revenue', [12, 18, 9, 24]),
        chart('Costs', [7, 8, 8, 11]),
        ['echarts/generate_bar_chart', { title: 'no data' }],
      ]),
      ...series('12:12:00', 8, [
        scenario(50_000),
        scenario(80_000),
        ['budget-allocator/get-budget-data', {}],
      ]),
    ],
  },
  {
    client: 'opencode',
    calls: [
      ...series('11:02:00', 25, [
        ['threejs/learn_threejs', {}],
        ['shadertoy/render-shadertoy', shader],
        ['sheet-music/play-sheet-music', tune],
        ['shadertoy/render-shadertoy', shader],
      ]),
      ...series('11:55:00', 3, [echo('lunch'), calculate('40 + 2')]),
    ],
  },
  {
    client: 'claude-code',
    calls: [
      ...series('13:04:00', 5, [now('Europe/Berlin'), ['system-monitor/get-system-info', {}]]),
      ...series(
        '13:10:00',
        30,
        Array.from({ length: 10 }, () => ['system-monitor/poll-system-stats', {}] as const),
      ),
      ...series('13:40:00', 10, thoughts('why is it slow', 6)),
      ...series('14:55:00', 0, [echo('one'), echo('two'), echo('three'), echo('four'), echo('five')]),
      ...series('15:18:00', 5, [calculate('365 * 24 * 60 * 60')]),
    ],
  },
  {
    client: 'gemini-cli-mcp-client',
    calls: [
      ...series('14:01:00', 11, [
        calculate('17 % 5'),
        calculate('10 ** 9 / 7'),
        convert('14:01', 'UTC', 'Australia/Sydney'),
        [
          'everything/gzip-file-as-resource',
          { name: 'x.txt.gz', data: 'data:text/plain,hello', outputType: 'resource' },
        ],
      ]),
      {
        at: '14:20:00',
        what: 'everything/trigger-long-running-operation',
        given: { duration: 30, steps: 30 },
        givenUpMs: 1500,
      },
      ...series('14:21:00', 2, [echo('still there')]),
    ],
  },
  {
    client: 'claude-code',
    calls: [
      ...series('15:42:00', 6, thoughts('write the report', 7)),
      ...series('16:30:00', 4, [chart('Report', [3, 1, 4, 1]), calculate('3.14159 * 2'), now('UTC')]),
      ...series('17:58:00', 6, [
        ['everything/toggle-simulated-logging', {}],
        echo('with log messages'),
        ['everything/toggle-simulated-logging', {}],
      ]),
    ],
  },
  {
    client: 'opencode',
    calls: [
      ...series('16:03:00', 20, [
        ['threejs/learn_threejs', {}],
        ['budget-allocator/get-budget-data', {}],
        scenario(20_000),
      ]),
      ...series('17:40:00', 20, [
        ['sheet-music/play-sheet-music', tune],
        ['sheet-music/play-sheet-music', tune],
      ]),
    ],
  },
  {
    client: 'claude-code',
    calls: [
      ...series('21:12:00', 15, [now('Europe/Berlin'), calculate('8 * 7'), echo('good night')]),
      ...series('21:47:00', 5, thoughts('tomorrow', 3)),
    ],
  },
];
