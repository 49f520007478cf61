import { ChatLoad } from './chat.ts';
import { HttpLoad } from './http.ts';
import { type Command, command, type Interval, type Reply } from './protocol.ts';

// One generator process: does what it is told over the channel to its parent, one command after the other.

const chat = new ChatLoad();
const http = new HttpLoad(chat.tally);
const { tally } = chat;
let begun = { at: 0, cpu: process.cpuUsage(), completed: 0 };

async function perform(order: Command): Promise<Reply> {
  switch (order.do) {
    case 'connect':
      await chat.connect(order.dialect, order.pairs);
      return {};
    case 'send':
      chat.start(order.pace);
      return {};
    case 'request':
      await http.start(order);
      return {};
    case 'begin':
      tally.latency.clear();
      tally.lag.clear();
      begun = { at: performance.now(), cpu: process.cpuUsage(), completed: tally.acknowledged };
      return {};
    case 'end':
      return { interval: sinceBegin() };
    case 'drain':
      return { outcome: await drain(order.patienceMs) };
  }
}

function sinceBegin(): Interval {
  const { user, system } = process.cpuUsage(begun.cpu);
  return {
    seconds: (performance.now() - begun.at) / 1000,
    cpuSeconds: (user + system) / 1e6,
    completed: tally.acknowledged - begun.completed,
    latency: tally.latency.toPairs(),
    lag: tally.lag.toPairs(),
  };
}

async function drain(patienceMs: number) {
  await http.stop();
  const missing = await chat.drain(patienceMs);
  const { sent, acknowledged, doubled, disordered, holes, faults, samples } = tally;
  return { sent, acknowledged, missing, doubled, disordered, holes, faults, samples };
}

process.on('message', (message: unknown) => {
  void perform(command.parse(message))
    .catch((error: unknown) => ({ error: String(error) }))
    .then((answer: Reply) => process.send?.(answer));
});
process.once('disconnect', () => {
  chat.close();
  process.exit(0);
});
