export function Shown({ text }: { text: string }) {
  const element = document.createElement("p");
  // ruleid: text-becomes-markup
  element.innerHTML = text;
  // ruleid: text-becomes-markup
  document.write(text);
  // ok: text-becomes-markup
  element.textContent = text;
  // ruleid: text-becomes-markup
  return <p dangerouslySetInnerHTML={{ __html: text }} />;
}

export function run(text: string) {
  // ruleid: text-becomes-code
  eval(text);
  // ruleid: text-becomes-code
  new Function(text)();
  // ok: text-becomes-code
  setTimeout(() => JSON.parse(text), 5);
}

export function talk(frame: Window, text: string) {
  // ruleid: heard-from-anywhere
  frame.postMessage(text, "*");
  // ruleid: heard-from-anywhere
  window.addEventListener("message", console.log);
  // ok: heard-from-anywhere
  frame.postMessage(text, location.origin);
}

export function keep(secret: string) {
  // ruleid: kept-in-the-browser
  localStorage.setItem("secret", secret);
  // ok: kept-in-the-browser
  localStorage.getItem("theme");
}
