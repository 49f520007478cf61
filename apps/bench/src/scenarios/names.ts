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
] as const;

export type ScenarioName = (typeof scenarioNames)[number];
