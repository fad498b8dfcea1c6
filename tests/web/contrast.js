// Every visible text of the page that stands out less than 4.5:1 against what is behind it (WCAG 2.2, 1.4.3, and its relative luminance).
(() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  function rgba(colour) {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  }

  function luminance(colour) {
    const [red, green, blue] = rgba(colour).map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function behind(element) {
    if (element instanceof SVGElement) return getComputedStyle(element.parentElement.querySelector("rect") ?? element).fill;
    for (let around = element; around; around = around.parentElement) {
      const colour = getComputedStyle(around).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return "white";
  }

  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!text || !element.checkVisibility() || element.closest("script, .unknown, .spoken")) continue; // hatched, or only read out
    const style = getComputedStyle(element);
    const [one, other] = [luminance(element instanceof SVGElement ? style.fill : style.color), luminance(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) poor.push([element.outerHTML.slice(0, 90), Math.round(ratio * 100) / 100]);
  }
  return poor;
})()
