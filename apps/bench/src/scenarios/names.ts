export const scenarioNames = [
  'sends',
  'lone',
  'open-loop',
  'rest',
  'idle',
  'sockets',
  'embedded',
  'nodes',
  'history',
  'conversations',
  'flood',
  'soak',
] as const;

/** Those that run when none is named. */
export const usualNames = scenarioNames.filter((name) => name !== 'soak');

export type ScenarioName = (typeof scenarioNames)[number];
