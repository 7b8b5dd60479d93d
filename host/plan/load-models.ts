import { modelLabels } from './inputs/model-labels.ts';
import type { LoadedModel } from './inputs/model-source.ts';
import type { Workshop } from './workshop.ts';

/** The models of a plan, each content once and each under a label of its own. */
export interface PlanModels {
  /** In the order in which the person named them. */
  readonly measured: readonly LoadedModel[];
  /**
   * The null model: what is measured for the harness' share. It may be one of the measured, too.
   */
  readonly calibration: LoadedModel;
  /** Which of the named are one model; for people. */
  readonly notes: readonly string[];
}

/** The built-in that calibration cells run. A file of that name is a file like any other. */
const CALIBRATION_MODEL = 'null';

/**
 * Loads the models that a person named, and the null model. Two names of the same content are one
 * model: measured twice it would say nothing more, and its numbers would have two names.
 * @throws as `loadModel`
 */
export async function loadModels(
  names: readonly string[],
  workshop: Workshop,
  allowsLinks = false,
): Promise<PlanModels> {
  const all = [...new Set([...names, CALIBRATION_MODEL])];
  const loaded = await Promise.all(all.map((name) => workshop.loadModel(name, allowsLinks)));
  const placed = loaded.filter(
    ({ place }, at) => loaded.findIndex((other) => other.place === place) === at,
  );
  const labels = modelLabels(placed.map(({ planModel, place }) => ({ id: planModel.id, place })));
  const labelled = placed.map((model, at) => underLabel(model, labels[at] ?? ''));
  const calibration = labelled.find(({ place }) => place === CALIBRATION_MODEL);
  if (!calibration) throw new Error('the null model is always loaded');
  const named = names.includes(CALIBRATION_MODEL)
    ? labelled
    : labelled.filter((model) => model !== calibration);
  const measured = named.filter((model) => firstOf(named, model) === model);
  const notes = named.flatMap((model) => {
    const first = firstOf(named, model);
    if (first === model) return [];
    const { name } = first.planModel;
    return [
      `${model.planModel.name} and ${name} are the same model to the byte: measured once, as ${name}`,
    ];
  });
  return { measured, calibration, notes };
}

function firstOf(models: readonly LoadedModel[], { planModel }: LoadedModel): LoadedModel {
  const first = models.find((other) => other.planModel.id === planModel.id);
  if (!first) throw new Error('a model is among its own');
  return first;
}

function underLabel(model: LoadedModel, label: string): LoadedModel {
  return {
    ...model,
    facts: { ...model.facts, name: label },
    planModel: { ...model.planModel, name: label },
    summary: { ...model.summary, name: label },
  };
}
