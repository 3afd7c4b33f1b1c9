import type { RevisionSurface, Surface } from '../../src/surface/surface.ts';

/** A surface with two tools, for tests to change. */
export function aSurface(change: Partial<Surface> = {}, revision: Partial<RevisionSurface> = {}): Surface {
  return {
    surfaceVersion: 1,
    dependsOn: 'nothing',
    triedSettings: [],
    revisions: [
      {
        protocolVersion: '2025-11-25',
        serverInfo: { name: 'weather', version: '1.0.0' },
        capabilities: { tools: {} },
        varies: [],
        tools: [
          { name: 'forecast', description: 'Tells the weather', inputSchema: { type: 'object' } },
          { name: 'now', inputSchema: { type: 'object', properties: { place: { type: 'string' } } } },
        ],
        prompts: [],
        resources: [],
        resourceTemplates: [],
        ...revision,
      },
    ],
    ...change,
  };
}
