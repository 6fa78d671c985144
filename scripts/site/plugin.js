// The site's own addresses and navigation, for TypeDoc: pages are where they are in the repository, and what stands where in
// the navigation is what docs/README.md lists.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";
import { Comment, CommentTag, Converter, DefaultTheme, PageEvent, ReflectionKind, StructureRouter } from "typedoc";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const contents = "docs/README.md";

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.renderer.defineRouter("files", FileRouter);
  app.renderer.defineTheme("pages-first", PagesFirstTheme);
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = withoutNestedLinks(page.contents);
  });
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, declaration) => group(declaration));
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    page.name = /^# (.+)$/m.exec(readFileSync(join(root, pathOf(page)), "utf8"))?.[1] ?? page.name;
  });
}

/**
 * Code in a heading counts for the address of the heading, as it does on code hosts: TypeDoc looks at texts, and at what has children.
 *
 * @param {import("markdown-it").default} parser
 */
export function codeCounts(parser) {
  parser.core.ruler.push("code-in-headings", ({ tokens, Token }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type === "heading_open") {
        for (const code of tokens[index + 1].children.filter(({ type }) => type === "code_inline")) {
          code.children = [Object.assign(new Token("text", "", 0), { content: code.content })];
        }
      }
    }
  });
}

/** A link inside of what opens and closes a section is out of reach for some readers: these links go, the sections keep their addresses. */
function withoutNestedLinks(html) {
  return html.replaceAll(/<summary\b.*?<\/summary>/gs, (summary) =>
    summary.replaceAll(/<a\b[^>]*class="tsd-anchor-icon"[^>]*>.*?<\/a>/gs, ""),
  );
}

/** Errors and options are many; they stand apart. */
function group(declaration) {
  const title = /Error$/.test(declaration.name) ? "Errors" : /Options$/.test(declaration.name) ? "Options" : undefined;
  if (title !== undefined && declaration.kindOf(ReflectionKind.Class | ReflectionKind.Interface)) {
    declaration.comment ??= new Comment();
    declaration.comment.blockTags.push(new CommentTag("@group", [{ kind: "text", text: title }]));
  }
}

/** `docs/tls.md` is `docs/tls.html`, so that people who know one address know the other. */
class FileRouter extends StructureRouter {
  /** @override */
  getIdealBaseName(reflection) {
    return reflection.isDocument()
      ? pathOf(reflection)
          .replace(/\.md$/, "")
          .replace(/README$/, "index")
      : `api/${super.getIdealBaseName(reflection)}`;
  }
}

class PagesFirstTheme extends DefaultTheme {
  /** @override */
  buildNavigation(project) {
    const pages = new Map(project.documents?.map((page) => [pathOf(page), page]));
    const modules = super.buildNavigation(project).find(({ text }) => text === "Modules")?.children ?? [];
    return listed(contents).map(({ heading, paths }) => ({
      text: heading,
      children: [
        ...paths.filter((path) => pages.has(path)).map((path) => this.#element(path, pages)),
        ...(heading === "Reference" ? modules.map(withOverview) : []),
      ],
    }));
  }

  #element(path, pages) {
    const page = pages.get(path);
    const below = /(?<!^docs)\/README\.md$/.test(path) ? listed(path).flatMap(({ paths }) => paths) : [];
    return withOverview({
      text: page.name,
      path: this.router.getFullUrl(page),
      kind: page.kind,
      children: below.filter((each) => pages.has(each)).map((each) => this.#element(each, pages)),
    });
  }
}

/** What opens and closes is no link itself: its own page is the first below it. */
function withOverview({ path, children = [], ...element }) {
  return children.length === 0
    ? { path, ...element }
    : { ...element, children: [{ text: "Overview", path }, ...children] };
}

/** The lists of links of a page: from each heading the Markdown pages that its list items begin with. */
function listed(path) {
  const sections = [{ heading: "", paths: [] }];
  const tokens = new MarkdownIt().parse(readFileSync(join(root, path), "utf8"), {});
  for (const [index, token] of tokens.entries()) {
    if (token.type === "heading_open") {
      sections.push({ heading: tokens[index + 1].content, paths: [] });
    } else if (token.type === "list_item_open") {
      const [first] = tokens[index + 2].children ?? [];
      const href = first?.attrGet("href");
      if (href?.endsWith(".md")) {
        sections.at(-1).paths.push(relative(root, join(root, dirname(path), href)).replaceAll("\\", "/"));
      }
    }
  }
  return sections.filter(({ paths }) => paths.length > 0);
}

function pathOf(page) {
  return relative(root, page.project.files.getReflectionPath(page)).replaceAll("\\", "/");
}
