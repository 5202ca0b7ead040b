// The histogram of an assignment's scores, with its median and mean. The table beside it has the same numbers.

import { carried } from "./requests.js";

const data = carried("distribution");
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const edges = [...data.bins.map((one) => one.low), data.bins.at(-1).high];
const tallest = Math.max(...data.bins.map((one) => one.count));

const axis = (text, more) => ({
  type: "linear",
  title: { display: true, text, color: colour("--muted") },
  grid: { color: colour("--line") },
  ...more,
  ticks: { color: colour("--muted"), ...more.ticks },
});

const mark = (label, value, dash) => ({
  type: "line",
  label: `${label} ${Math.round(value * 100) / 100}`,
  data: [{ x: value, y: 0 }, { x: value, y: tallest }],
  borderColor: colour(dash ? "--warn" : "--text"),
  borderDash: dash,
  borderWidth: 2,
  pointStyle: "line",
  pointRadius: 0,
  pointHitRadius: 0,
});

new Chart(document.getElementById("plot"), {
  data: {
    datasets: [
      mark("median", data.median),
      mark("mean", data.mean, [6, 4]),
      {
        type: "bar",
        label: "students",
        data: data.bins.map((one) => ({ x: (one.low + one.high) / 2, y: one.count })),
        backgroundColor: colour("--picked"),
        borderColor: colour("--edge"),
        borderWidth: 1,
        borderSkipped: false,
        barPercentage: 1,
        categoryPercentage: 0.96,
        pointStyle: "rect",
      },
    ],
  },
  options: {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    scales: {
      x: axis("points", {
        min: edges[0],
        max: edges.at(-1),
        offset: false,
        grid: { display: false },
        afterBuildTicks: (made) => {
          made.ticks = edges.map((value) => ({ value }));
        },
        ticks: { callback: (value) => Math.round(value * 100) / 100 },
      }),
      y: axis("students", { beginAtZero: true, grace: "5%", ticks: { precision: 0 } }),
    },
    plugins: {
      legend: { labels: { usePointStyle: true, color: colour("--text") } },
      tooltip: { callbacks: { title: () => "", label: ({ dataset, dataIndex, raw }) => told(dataset, dataIndex, raw) } },
    },
  },
});

function told(dataset, place, value) {
  if (dataset.type !== "bar") return dataset.label;
  return `${data.bins[place].low} to ${data.bins[place].high}: ${value.y}`;
}
