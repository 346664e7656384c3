/** Decisions by hour as stacked bars. What it shows is in a table too, for whoever cannot see it. */
import uPlot from 'uplot';
import { locale } from '../text.ts';

/** Series from the bottom up; each has a value for each of `times`, in seconds since 1970. */
export interface ChartData {
  readonly times: readonly number[];
  readonly stepSeconds: number;
  readonly series: readonly { readonly name: string; readonly colour: string; readonly values: readonly number[] }[];
}

const height = 220;

/** Owns the drawing and what watches its width and the colours of the system. */
class Chart extends HTMLElement {
  #plot: uPlot | null = null;
  #data: ChartData | null = null;
  #resized = new ResizeObserver(() => this.#fit());
  #scheme = matchMedia('(prefers-color-scheme: dark)');
  #repaint = (): void => this.#draw();

  set data(data: ChartData) {
    const isSame = JSON.stringify(this.#data) === JSON.stringify(data);
    this.#data = data;
    if (!isSame && this.isConnected) this.#draw();
  }

  connectedCallback(): void {
    this.#resized.observe(this);
    this.#scheme.addEventListener('change', this.#repaint);
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#resized.disconnect();
    this.#scheme.removeEventListener('change', this.#repaint);
    this.#plot?.destroy();
    this.#plot = null;
  }

  #draw(): void {
    this.#plot?.destroy();
    this.#plot = this.#data === null ? null : new uPlot(optionsOf(this.#data, this), stacked(this.#data), this);
  }

  #fit(): void {
    const width = this.clientWidth;
    if (this.#plot !== null && this.#plot.width !== width) this.#plot.setSize({ width, height });
  }
}

customElements.define('kerb-chart', Chart);

/** Each series on top of those below it, the highest first, so that the lower ones are painted over it. */
function stacked({ times, series }: ChartData): uPlot.AlignedData {
  const sums = series.map((_, at) =>
    times.map((_, index) => series.slice(0, at + 1).reduce((sum, { values }) => sum + (values[index] ?? 0), 0)),
  );
  return [[...times], ...sums.reverse()];
}

function optionsOf({ times, stepSeconds, series }: ChartData, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars!({ size: [0.72, 40], radius: 0.12, align: 1 });
  const axis = {
    stroke: colour('--faint'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  return {
    width: Math.max(280, element.clientWidth),
    height,
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: () => [times[0] ?? 0, (times.at(-1) ?? 0) + stepSeconds] },
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] },
    },
    axes: [
      { ...axis, size: 30, grid: { show: false }, values: timeLabels(stepSeconds) },
      { ...axis, size: 44, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : '')) },
    ],
    series: [
      {},
      ...series
        .map(({ name, colour: token }) => ({ label: name, fill: colour(token), paths: bars, points: { show: false } }))
        .reverse(),
    ],
  };
}

function timeLabels(stepSeconds: number): uPlot.Axis.DynamicValues {
  const format = new Intl.DateTimeFormat(
    locale,
    stepSeconds >= 86_400
      ? { day: 'numeric', month: 'short' }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  );
  return (_, ticks) => ticks.map((tick) => format.format(new Date(tick * 1_000)));
}
