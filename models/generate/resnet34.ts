import { dataTypeIds } from '../onnx/data-types.ts';
import { GraphBuilder, type WeightType } from './graph-builder.ts';

export interface ResNet34Options {
  readonly name: string;
  readonly summary: string;
  readonly seed: number;
  /** The ImageNet stem's 3×3 max pooling; without it the four stages see four times the pixels. */
  readonly hasMaxPool: boolean;
  /**
   * float16: weights and arithmetic are half precision, Cast nodes keep input and output float32.
   */
  readonly weightType: WeightType;
}

// He et al., Deep Residual Learning for Image Recognition, table 1, 34-layer.
const stages = [
  { blocks: 3, channels: 64 },
  { blocks: 4, channels: 128 },
  { blocks: 6, channels: 256 },
  { blocks: 3, channels: 512 },
] as const;
const CLASSES = 10;

/**
 * What a BatchNorm's gamma at the end of a residual branch would do: each block then adds a
 * sixteenth of the variance it passes on, and sixteen blocks keep activations well inside half
 * precision.
 */
const BRANCH_SCALE = 0.25;
const BIAS_BOUND = 0.1;

/**
 * ResNet-34 for CIFAR-10 images, [N, 3, 32, 32] → [N, 10]: the ImageNet stem (7×7, stride 2), basic
 * blocks, 1×1 projections where the shape changes, BatchNorm folded into the convolutions' weights
 * and biases. Weights He-uniform; tensor names as in torchvision.
 */
export function makeResNet34(options: ResNet34Options): Uint8Array {
  const graph = new GraphBuilder(options.seed, options.weightType);
  const isHalf = options.weightType === 'float16';
  let x = 'input';
  if (isHalf) x = graph.node('Cast', 'input_fp16', [x], { to: dataTypeIds.float16 });
  x = graph.node('Relu', 'relu', [convolution(graph, x, stem)]);
  if (options.hasMaxPool) {
    x = graph.node('MaxPool', 'maxpool', [x], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [2, 2],
    });
  }
  let channels: number = stem.outputs;
  stages.forEach((stage, index) => {
    for (let block = 0; block < stage.blocks; block++) {
      const stride = block === 0 && index > 0 ? 2 : 1;
      const name = `layer${index + 1}.${block}`;
      x = basicBlock(graph, x, { name, inputs: channels, outputs: stage.channels, stride });
      channels = stage.channels;
    }
  });
  x = graph.node('GlobalAveragePool', 'avgpool', [x]);
  x = graph.node('Flatten', 'flatten', [x], { axis: 1 });
  const weight = graph.weight('fc.weight', [CLASSES, channels], Math.sqrt(6 / channels));
  const bias = graph.weight('fc.bias', [CLASSES], BIAS_BOUND);
  const fc = isHalf ? 'logits_fp16' : 'logits';
  x = graph.node('Gemm', 'fc', [x, weight, bias], { transB: 1 }, fc);
  if (isHalf) graph.node('Cast', 'output_fp32', [x], { to: dataTypeIds.float32 }, 'logits');
  return graph.finish(options.name, options.summary, { input: [3, 32, 32], output: [CLASSES] });
}

interface Convolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly scale: number;
}

const stem: Convolution = { name: 'conv1', inputs: 3, outputs: 64, kernel: 7, stride: 2, scale: 1 };

function convolution(graph: GraphBuilder, x: string, conv: Convolution): string {
  const { name, inputs, outputs, kernel, stride } = conv;
  const bound = Math.sqrt(6 / (inputs * kernel * kernel)) * conv.scale;
  const weight = graph.weight(`${name}.weight`, [outputs, inputs, kernel, kernel], bound);
  const bias = graph.weight(`${name}.bias`, [outputs], BIAS_BOUND);
  const pad = (kernel - 1) / 2;
  return graph.node('Conv', name, [x, weight, bias], {
    kernel_shape: [kernel, kernel],
    pads: [pad, pad, pad, pad],
    strides: [stride, stride],
  });
}

interface BasicBlock {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

function basicBlock(graph: GraphBuilder, x: string, block: BasicBlock): string {
  const { name, inputs, outputs, stride } = block;
  const first = { name: `${name}.conv1`, inputs, outputs, kernel: 3, stride, scale: 1 };
  const inner = graph.node('Relu', `${name}.relu1`, [convolution(graph, x, first)]);
  const second = { ...first, name: `${name}.conv2`, inputs: outputs, stride: 1 };
  const branch = convolution(graph, inner, { ...second, scale: BRANCH_SCALE });
  const projection = { ...first, name: `${name}.downsample`, kernel: 1, scale: Math.sqrt(0.5) };
  const isSameShape = inputs === outputs && stride === 1;
  const shortcut = isSameShape ? x : convolution(graph, x, projection);
  return graph.node('Relu', `${name}.relu2`, [
    graph.node('Add', `${name}.add`, [branch, shortcut]),
  ]);
}
