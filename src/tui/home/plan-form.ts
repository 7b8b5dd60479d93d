import { precisions } from '../../../agent/contract/choices.ts';
import type { Cell } from '../../../agent/contract/plan.ts';
import { type EpChoice, epChoices } from '../../../host/plan/engine-target.ts';
import type { Press } from '../frame/press.ts';

/** How long and how exactly; `thesis` also says which models, and over how many images. */
export type Preset = 'quick' | 'default' | 'thorough' | 'thesis';

export const planFields = [
  'threads',
  'batch',
  'affinity',
  'providers',
  'precision',
  'effort',
] as const;
export type PlanField = (typeof planFields)[number];

export interface PlanForm {
  readonly field: PlanField;
  /** As typed; empty means what the program would take. */
  readonly threads: string;
  readonly batch: string;
  readonly affinity: string;
  readonly providers: readonly EpChoice[];
  /** What the GPU computes in; none: as the model is. */
  readonly precision: readonly Cell['precision'][];
  /** Which of the field's choices the pointer is at. */
  readonly at: number;
  /** Null: what suits the board. */
  readonly effort: Preset | null;
}

export const initialPlan: PlanForm = {
  field: 'threads',
  threads: '',
  batch: '',
  affinity: '',
  providers: ['cpu'],
  precision: [],
  at: 0,
  effort: null,
};

/** Fields of which several choices can be taken. */
const choices = { providers: epChoices, precision: precisions } as const;

/** What may be typed into a field of text. */
const written = {
  threads: /^[\d,]+$/,
  batch: /^[\d,]+$/,
  affinity: /^[\d,+any-]+$/,
} as const;

/** The form with the pointer so many fields further. */
export function fieldBy(form: PlanForm, by: number): PlanForm {
  const at = planFields.indexOf(form.field) + by;
  const field = planFields[Math.min(planFields.length - 1, Math.max(0, at))] ?? 'threads';
  return { ...form, field, at: 0 };
}

/** The next choice of the field, or the one before; `presets` are those of the board. */
export function turn(
  form: PlanForm,
  by: number,
  presets: readonly Preset[],
  preset: Preset,
): PlanForm {
  if (form.field === 'effort') {
    const at = presets.indexOf(preset) + by + presets.length;
    return { ...form, effort: presets[at % presets.length] ?? null };
  }
  if (form.field !== 'providers' && form.field !== 'precision') return form;
  const { length } = choices[form.field];
  return { ...form, at: (form.at + by + length) % length };
}

/** The form after a key that is no command: text for a field, Space for a choice. */
export function editPlan(form: PlanForm, press: Press): PlanForm {
  const { field } = form;
  if (field === 'effort') return form;
  if (field === 'providers' || field === 'precision') {
    return press.name === 'space' ? toggled(form, field) : form;
  }
  if (press.name === 'backspace') return { ...form, [field]: form[field].slice(0, -1) };
  const isText = press.text !== null && written[field].test(press.text);
  return isText ? { ...form, [field]: form[field] + press.text } : form;
}

function toggled(form: PlanForm, field: 'providers' | 'precision'): PlanForm {
  const choice = choices[field][form.at];
  if (choice === undefined) return form;
  const taken: readonly string[] = form[field];
  const isTaken = taken.includes(choice);
  // In the order of the choices, whichever was taken first.
  const after = choices[field].filter((each) =>
    each === choice ? !isTaken : taken.includes(each),
  );
  return { ...form, [field]: after };
}

/** The choices of a field: which are taken, and where the pointer is. */
export function choicesOf(
  form: PlanForm,
  field: 'providers' | 'precision',
): readonly { readonly name: string; readonly isTaken: boolean; readonly isAt: boolean }[] {
  const taken: readonly string[] = form[field];
  return choices[field].map((name, index) => ({
    name,
    isTaken: taken.includes(name),
    isAt: form.field === field && form.at === index,
  }));
}
