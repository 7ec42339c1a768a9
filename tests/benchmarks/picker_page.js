// What picker_speed.py measures with in JupyterLab's page. Moments are when the frame after a change has been drawn.
(() => {
  const Socket = window.WebSocket;
  const bench = { bytes: 0, heard: [] };
  window.bench = bench;
  window.WebSocket = class extends Socket {
    constructor(...parts) {
      super(...parts);
      this.addEventListener("message", ({ data }) => {
        const size = typeof data === "string" ? data.length : data.byteLength;
        bench.bytes += size;
        if (size < 20_000) bench.heard.push(typeof data === "string" ? data : new TextDecoder("latin1").decode(data));
      });
    }
  };
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const until = async (ready, limit) => {
    const end = performance.now() + limit;
    // At least one frame, so that what a script has changed is on the screen, too.
    do {
      if (performance.now() > end) throw new Error(`nothing was seen in ${limit} ms of ${ready}`);
      await new Promise(requestAnimationFrame);
    } while (!ready());
    await new Promise((done) => setTimeout(done));
  };
  // What a cell shows; the picker has a root of its own.
  const output = (cell) => {
    const area = document.querySelectorAll(".jp-Notebook .jp-Cell")[cell].querySelector(".jp-Cell-outputArea");
    return area?.querySelector(".bnb-host")?.shadowRoot ?? area;
  };
  const visible = (element) => element && !element.hidden && element.getBoundingClientRect().height > 0;

  bench.run = (cell) => {
    const { commands, shell } = window.jupyterapp;
    shell.currentWidget.content.activeCellIndex = cell;
    return commands.execute("notebook:run-cell");
  };
  bench.clear = async (cell) => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = cell;
    await window.jupyterapp.commands.execute("notebook:clear-cell-output");
    await frame();
  };
  // From the start of a cell until a row is on the screen, and until all rows can be used.
  bench.show = async ([cell, row, whole, limit]) => {
    const start = performance.now();
    const ran = bench.run(cell);
    await until(() => visible(output(cell)?.querySelector(row)), limit);
    const first = performance.now() - start;
    const used = new Function("output", `return ${whole}`);
    await until(() => used(output(cell)), limit);
    const all = performance.now() - start;
    await ran;
    return [first, all];
  };
  // From an action in the page until what a probe reads has changed.
  bench.act = async ([cell, action, probe, limit]) => {
    const read = new Function("output", `return ${probe}`);
    const before = read(output(cell));
    const start = performance.now();
    new Function("output", action)(output(cell));
    const script = performance.now() - start;
    await until(() => read(output(cell)) !== before, limit);
    return [script, performance.now() - start];
  };
  // From an action until Python has said how many it has.
  bench.tell = async ([cell, action, limit]) => {
    bench.heard.length = 0;
    const start = performance.now();
    new Function("output", action)(output(cell));
    // Whatever has packed the message: with a space, or without one.
    await until(() => bench.heard.some((text) => /"selected":\s*\d/.test(text)), limit);
    return performance.now() - start;
  };
  // From the start of a cell until what a probe reads has changed.
  bench.update = async ([cell, shown, probe, limit]) => {
    const read = new Function("output", `return ${probe}`);
    const before = read(output(shown));
    const start = performance.now();
    const ran = bench.run(cell);
    await until(() => read(output(shown)) !== before, limit);
    const taken = performance.now() - start;
    await ran;
    return taken;
  };
  bench.scroll = async ([cell, box]) => {
    const grid = output(cell).querySelector(box);
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let step = 0; step < 120; step += 1) {
      grid.scrollTop += 800;
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    grid.scrollTop = 0;
    await frame();
    return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)];
  };
})();
