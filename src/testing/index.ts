// For specs of applications: nothing here belongs into a running service.
export { leakTest } from './leak-test';
export type { LeakTestOptions, RequestHeaders } from './leak-test-options';
export {
  LeakError,
  type Leak,
  type LeakChannel,
  type LeakForm,
  type LeakReport,
  type LeakVariant,
  type NotReached,
} from './leak-report';
export type { ActionSample } from './request-draft';
export type { SinkOutcome } from './sinks/conformance-row';
export { sinkConformance, type SinkCase } from './sinks/sink-conformance';
export type { FaultEntry, SinkFault, SinkHarness, SinkTarget } from './sinks/sink-harness';
