/**
 * The parts of SARIF 2.1.0 (docs.oasis-open.org/sarif, sections 3.13 to 3.58) that a scan writes, as a JSON schema: what
 * the specification wants there, and no key that it does not know. The whole published schema, which has to be fetched, is
 * asked in test/docker/registries/sbom.test.ts.
 */
const level = { enum: ['none', 'note', 'warning', 'error'] };
const text = { type: 'string' };

function object(properties: Readonly<Record<string, object>>, ...required: readonly string[]): object {
  return { type: 'object', properties, required, additionalProperties: false };
}
function list(items: object): object {
  return { type: 'array', items };
}

const message = object({ text }, 'text');
const rule = object(
  {
    id: text,
    shortDescription: message,
    helpUri: { type: 'string', format: 'uri' },
    defaultConfiguration: object({ level }),
    properties: { type: 'object', properties: { tags: { ...list(text), uniqueItems: true } } },
  },
  'id',
);
const result = object(
  {
    ruleId: text,
    level,
    message,
    locations: list(
      object({
        physicalLocation: object({
          artifactLocation: object({ uri: { type: 'string', format: 'uri-reference' } }),
        }),
      }),
    ),
    partialFingerprints: { type: 'object', additionalProperties: text },
    suppressions: list(object({ kind: { enum: ['inSource', 'external'] }, justification: text }, 'kind')),
  },
  'message',
);

export const sarifSchema = object(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: list(
      object(
        {
          tool: object(
            {
              driver: object(
                {
                  name: text,
                  informationUri: { type: 'string', format: 'uri' },
                  rules: { ...list(rule), uniqueItems: true },
                },
                'name',
              ),
            },
            'driver',
          ),
          invocations: list(
            object(
              {
                executionSuccessful: { type: 'boolean' },
                toolExecutionNotifications: list(object({ level, message }, 'message')),
              },
              'executionSuccessful',
            ),
          ),
          results: list(result),
        },
        'tool',
      ),
    ),
  },
  'version',
  'runs',
);
