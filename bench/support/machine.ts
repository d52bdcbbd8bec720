import { cpus, loadavg } from 'node:os';

/** Where figures come from; without it they mean nothing. */
export function describeMachine(now: Date): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() || 'unknown processor';
  const busy = loadavg()[0]!.toFixed(1);
  const day = now.toISOString().slice(0, 10);
  return `${model}, ${processors.length} cores, load ${busy} at the start; Node ${process.versions.node} on ${process.platform}; ${day}`;
}
