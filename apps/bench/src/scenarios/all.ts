import type { ScenarioName } from './names.ts';
import type { Scenario } from './scenario.ts';
import { sends } from './sends.ts';

export const scenarios: Record<ScenarioName, Scenario> = { sends };
