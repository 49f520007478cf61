import { conversations } from './conversations.ts';
import { embedded } from './embedded.ts';
import { flood } from './flood.ts';
import { history } from './history.ts';
import { idle } from './idle.ts';
import { lone } from './lone.ts';
import type { ScenarioName } from './names.ts';
import { nodes } from './nodes.ts';
import { openLoop } from './open-loop.ts';
import { rest } from './rest.ts';
import type { Scenario } from './scenario.ts';
import { sends } from './sends.ts';
import { soak } from './soak.ts';
import { sockets } from './sockets.ts';

export const scenarios: Record<ScenarioName, Scenario> = {
  sends,
  lone,
  'open-loop': openLoop,
  rest,
  idle,
  sockets,
  embedded,
  nodes,
  history,
  conversations,
  flood,
  soak,
};
