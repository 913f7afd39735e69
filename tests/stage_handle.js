// What tests read and do on a mounted stage, under short names. It is added to each page of a browser test.

window.handleOf = (stage) => {
  if (!stage) return undefined;
  const { store, root } = stage;
  const partWith = (name) => stage.parts.find((part) => part[name] !== undefined) ?? {};
  const handle = {
    raw: stage,
    root,
    get view() { return store.view; },
    get window() { return store.window; },
    get scene() { return store.scene; },
    get given() { return store.baseScene; },
    get tiles() { return store.tiles; },
    get free() { return store.free; },
    get sums() { return store.sums; },
    get shown() { return store.visibleUnits; },
    get zoomed() { return store.isZoomed; },
    get playing() { return store.isPlaying; },
    get loop() { return store.loop; },
    get phase() { return store.phase; },
    get told() { return store.story; },
    get answered() { return store.explanation; },
    get theme() { return store.look?.theme; },
    get drawn() { return store.picture; },
    get rows() { return store.order; },
    get w() { return store.words; },
    get panels() { return partWith("panels").panels; },
    get player() { return partWith("player").player; },
    get part() { return Object.fromEntries([...root.querySelectorAll("[data-part]"), root].map((each) => [each.dataset.part, each])); },
    get questions() { return { has: (kind) => store.isWaitingFor(kind) }; },
    get speech() { return { hear: () => store.emit("announce") }; },
    get painter() { return { paintNow: () => stage.paintNow(), resize: () => store.emit("layout") }; },
    get experiment() {
      const { session, commands } = partWith("session");
      if (!session) return { acting: false, picture: store.overlay };
      return {
        session,
        get acting() { return session.showsEdits; },
        get changed() { return session.isEdited; },
        get opened() { return session.isOpen; },
        get outcome() { return session.outcome; },
        get freeRun() { return session.freeRun; },
        get known() { return session.knownModel; },
        get edits() { return session.edits; },
        get ideas() { return session.presets; },
        get signal() { return session.signal; },
        get history() { return session.history; },
        get proof() { return session.check; },
        picture: store.overlay,
        show: (name) => session.show(name),
        change: (patch) => session.change(patch),
        deeds: {
          get chosen() { return commands.selectedTarget; },
          take: (tool) => commands.takeTool(tool),
          choose: (target) => commands.setTarget(target),
          setValue: (...given) => commands.setValue(...given),
          redraw: (signal, joins) => commands.editInput(signal, joins),
        },
      };
    },
    set: (patch, announce) => store.set(patch, announce),
    goTo: (goal) => stage.ports.goTo(goal),
    arrange: (patch) => store.arrange(patch),
    zoomTo: (a, b) => store.zoomTo(a, b),
    toggle: () => stage.run("play"),
    stop: () => store.stop(),
    setSlow: (slow) => { if (partWith("player").player.slow !== slow) stage.run("slow"); },
    setLoop: (loop) => store.setLoop(loop),
    explain: () => store.explain(),
    ask: (request) => store.emit("ask", request),
    askOrder: () => store.emit("order"),
    answer: (message) => stage.respond(message),
    paint: () => stage.paint(),
    destroy: () => stage.destroy(),
    moment: () => {
      stage.paintNow();
      return partWith("selection").selection;
    },
    replyFor: () => {
      const { layer, t, unit } = store.view, found = store.explanation;
      return found && found.layer === layer && found.t === t && found.unit === unit ? found : null;
    },
    valueOf: (gate, t, unit) => store.tiles.vector(gate, store.view.layer, t)?.[unit] ?? null,
    placeOf(gate, t, unit) {
      const { panels } = this, box = panels.host.getBoundingClientRect();
      const row = panels.unitBox(gate, store.visibleUnits.indexOf(unit));
      return [box.left + panels.x(t + 0.5), box.top + row.top + row.height / 2];
    },
    labelOf(t) {
      const tile = store.tiles.finest(store.view.layer, t), at = tile?.exact ? t - tile.first : -1;
      const due = tile?.due[at];
      return [tile?.labels[at], due && store.words.due_at.replace("{target}", due)].filter(Boolean).join(" \u00b7 ");
    },
  };
  return handle;
};
