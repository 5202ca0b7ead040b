// The plot of Bland and Altman for two graders, and every grader's scores with mean and standard deviation.

import { carried } from "./requests.js";

const holder = document.getElementById("plots");

if (holder) {
  const data = carried("plots");
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const still = { animation: false, responsive: true, maintainAspectRatio: false };
  const scales = (x, y) => ({
    x: { ...axis(x) },
    y: { ...axis(y) },
  });

  function axis(text) {
    return {
      type: "linear",
      title: { display: true, text, color: colour("--muted") },
      ticks: { color: colour("--muted") },
      grid: { color: colour("--line") },
    };
  }

  const line = (label, y, from, to, dash) => ({
    type: "line",
    label,
    data: [{ x: from, y }, { x: to, y }],
    borderColor: dash ? colour("--warn") : colour("--text"),
    borderDash: dash,
    borderWidth: 1.5,
    pointStyle: "line",
    pointRadius: 0,
    pointHitRadius: 0,
  });

  let plot = null;
  const choice = document.getElementById("pair");

  function drawPair() {
    const pair = data.pairs[Number(choice.value)];
    const from = Math.min(0, ...pair.points.map((one) => one.x));
    const to = Math.max(data.possible ?? 0, ...pair.points.map((one) => one.x));
    const lines = [line("mean difference", pair.mean, from, to)];
    if (pair.lower !== null) {
      lines.push(line("limits of agreement", pair.lower, from, to, [6, 4]), line("", pair.upper, from, to, [6, 4]));
    }
    plot?.destroy();
    plot = new Chart(document.getElementById("differences"), {
      type: "scatter",
      data: {
        datasets: [
          { label: "students", data: pair.points, backgroundColor: colour("--accent"), pointRadius: 4 },
          ...lines,
        ],
      },
      options: {
        ...still,
        scales: scales("mean of the two scores", `${pair.first} − ${pair.second}`),
        plugins: {
          legend: { labels: { usePointStyle: true, color: colour("--text"), filter: (item) => item.text !== "" } },
          tooltip: {
            callbacks: { label: ({ raw }) => `${raw.student ?? ""} mean ${round(raw.x ?? 0)}, difference ${round(raw.y)}` },
          },
        },
      },
    });
  }

  function round(value) {
    return Math.round(value * 100) / 100;
  }

  /** Scores side by side, so that equal ones do not hide each other. */
  function dots(scores, place) {
    const seen = new Map();
    return scores.map((score) => {
      const many = seen.get(score) ?? 0;
      seen.set(score, many + 1);
      const aside = Math.min(0.35, Math.ceil(many / 2) * 0.03) * (many % 2 ? 1 : -1);
      return { x: place + aside, y: score };
    });
  }

  function drawSpread() {
    const names = data.graders.map((one) => one.name);
    const bars = data.graders.flatMap((one, place) =>
      one.deviation === null ? [] : [{ x: place, y: [one.mean - one.deviation, one.mean + one.deviation] }],
    );
    new Chart(document.getElementById("spread"), {
      data: {
        datasets: [
          {
            type: "scatter",
            label: "mean",
            data: data.graders.map((one, place) => ({ x: place, y: one.mean })),
            pointStyle: "rectRot",
            pointRadius: 8,
            backgroundColor: colour("--text"),
          },
          {
            type: "scatter",
            label: "scores",
            data: data.graders.flatMap((one, place) => dots(one.scores, place)),
            backgroundColor: colour("--accent"),
            pointRadius: 3,
          },
          {
            type: "bar",
            label: "one standard deviation around it",
            data: bars,
            backgroundColor: colour("--picked"),
            borderColor: colour("--edge"),
            borderWidth: 1,
            borderSkipped: false,
            barThickness: 60,
          },
        ],
      },
      options: {
        ...still,
        scales: {
          x: {
            ...axis("grader"),
            min: -0.6,
            max: names.length - 0.4,
            ticks: { color: colour("--muted"), stepSize: 1, callback: (value) => names[value] ?? "" },
            afterBuildTicks: (made) => {
              made.ticks = names.map((_, value) => ({ value }));
            },
          },
          y: { ...axis("score"), beginAtZero: true, suggestedMax: data.possible ?? undefined },
        },
        plugins: { legend: { labels: { usePointStyle: true, color: colour("--text") } } },
      },
    });
  }

  choice.addEventListener("change", drawPair);
  drawPair();
  drawSpread();
}
