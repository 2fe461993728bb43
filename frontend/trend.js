// Draws the weeks of the Monday page as lines, from what stands on the page; the table beside them says the same.
import uPlot from "uplot";

const HEIGHT = 180;
const style = getComputedStyle(document.documentElement);

/** @param {HTMLElement} figure */
function draw(figure) {
  const place = /** @type {HTMLElement} */ (figure.querySelector(".trend-chart"));
  /** @type {string[]} */
  const weeks = JSON.parse(figure.dataset.weeks ?? "[]");
  /** @type {(number | null)[]} */
  const values = JSON.parse(figure.dataset.values ?? "[]");
  const ink = getComputedStyle(place).color;
  const line = getComputedStyle(figure).borderTopColor;
  const axis = {
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false },
        y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(1, (high ?? 1) * 1.1)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          values: (_, at) => at.map((n) => (Number.isInteger(n) ? (weeks[n] ?? "") : "")),
        },
        { ...axis, size: 44 },
      ],
      series: [{}, { stroke: getComputedStyle(figure).accentColor, width: 2, points: { size: 6 }, spanGaps: false }],
    },
    [weeks.map((_, n) => n), values],
    place,
  );
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
}

for (const figure of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".trend"))) draw(figure);
