// Sets the scheme before the first paint, so that a dark desk does not flash white. A file of its own, because the
// content security policy allows no inline script. The key and the attribute are Mantine's.
(() => {
  let scheme = "auto";
  try {
    scheme = localStorage.getItem("mantine-color-scheme-value") ?? scheme;
  } catch {
    // Storage is switched off: the system's scheme it is.
  }
  if (scheme === "auto") scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();
