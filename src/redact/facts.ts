import type { PlanId } from '../record/snapshot';
import type { ParameterPlan, RequestChannel } from './parameter-plan';
import type { ActiveMark } from './plan';

// What one thread tells another of the application's classes: plain data, in which plans refer to each other by number.

/** A shape, told by the numbers of the plans in it. */
export type ShapeFact =
  | PlanId
  | { readonly anyOf: readonly PlanId[] }
  | {
      readonly property: string;
      readonly plans: readonly (readonly [string, ShapeFact])[];
      readonly otherwise: ShapeFact;
    }
  | { readonly values: ShapeFact }
  | { readonly unnumbered: PlanFact };

export interface FieldFact {
  readonly name: string;
  readonly key: string;
  readonly mark: ActiveMark | null;
  readonly isLoggable: boolean;
  readonly shape: ShapeFact | null;
}

export interface PlanFact {
  readonly id: PlanId;
  readonly mark: ActiveMark | null;
  readonly lineage: readonly number[];
  readonly isOpen: boolean;
  readonly fields: readonly FieldFact[];
}

export type ParameterFact = Readonly<Record<RequestChannel, ShapeFact | null>>;

/** What became known since facts were told last. They must be learned before the snapshots that came after them. */
export interface Facts {
  /** All names that `@Sensitive` taught, when there are new ones. */
  readonly names?: readonly string[];
  readonly plans: readonly PlanFact[];
  readonly parameters: readonly ParameterFact[];
  readonly hasSensitiveClasses: boolean;
}

export const CHANNELS: readonly RequestChannel[] = [
  'body',
  'query',
  'path',
  'header',
  'cookie',
] satisfies (keyof ParameterPlan)[];
