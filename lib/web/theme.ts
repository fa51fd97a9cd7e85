// Read before the page is drawn, so that a chosen theme does not flash the other one first.
try {
  const chosen = localStorage.getItem("lab.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
} catch {
  // A browser that keeps nothing follows the system.
}

export {};
