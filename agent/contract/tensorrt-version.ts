/**
 * Parts of the number that TensorRT's programs print: 8502 is 8.5.2; from TensorRT 10 on with two
 * digits a part, 100300 is 10.3.0.
 */
export function tensorRtVersion(number: number): readonly [number, number, number] {
  const step = number < 10_000 ? 1000 : 10_000;
  return [Math.floor(number / step), Math.floor((number % step) / 100), number % 100];
}
