export const scenarioNames = ['sends'] as const;

export type ScenarioName = (typeof scenarioNames)[number];
