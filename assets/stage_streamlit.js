// ---- the adapter to Streamlit: where messages come from and go to, and the view in the page's address

const mounted = new WeakMap();
const CLIENT = ["t", "unit", "gate", "layer", "first", "last", "order", "subset", "stat", "diagram"];
let remembered = null;

function pageTheme() {
  const page = document.querySelector("[data-testid=stApp]") ?? document.body;
  const [red, green, blue] = (getComputedStyle(page).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  return red + green + blue < 384 ? "dark" : "light";
}

function addressWriter() {
  let latest = null, timer = null;
  const write = () => {
    timer = null;
    const url = new URL(window.location.href);
    for (const key of CLIENT) {
      if (latest[key] === null) url.searchParams.delete(key);
      else url.searchParams.set(key, latest[key]);
    }
    if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
  };
  return (query) => {
    latest = query;
    timer ??= setTimeout(write, 250);
  };
}

function streamlitOptions() {
  const meeting = (window.gruvizStage ??= {}), write = addressWriter();
  return {
    theme: pageTheme,
    remembered: () => remembered,
    // the bridge that carries questions is mounted below, a moment later
    ask: (question) => meeting.ask ? meeting.ask(question) : setTimeout(() => meeting.ask?.(question), 800),
    viewed: (query, view) => { remembered = { ...view }; write(query); },
    moved: ({ t, unit }) => {
      if (meeting.cell?.t === t && meeting.cell?.unit === unit) return;
      meeting.cell = { t, unit };
      window.dispatchEvent(new Event("gruviz-cell"));
    },
  };
}

export default function ({ data, parentElement }) {
  let stage = mounted.get(parentElement);
  if (!stage) {
    const meeting = (window.gruvizStage ??= {});
    stage = new Stage(parentElement.querySelector("[data-part=root]"), streamlitOptions());
    mounted.set(parentElement, stage);
    meeting.deliver = (bytes) => stage.answer(unpack(bytes));
    meeting.goTo = (at) => stage.goTo(at);
  }
  const call = stage.calls = (stage.calls ?? 0) + 1;
  if (data !== stage.data) {
    stage.data = data;
    stage.show(unpack(data));
  }
  // a new theme's colours are in place a frame later
  requestAnimationFrame(() => requestAnimationFrame(() => { if (stage.scene && stage.theme !== pageTheme()) stage.dress(); }));
  return () => {
    // Streamlit may clean up after an older call than the one that is on the page
    if (stage.calls !== call) return;
    stage.destroy();
    mounted.delete(parentElement);
  };
}
