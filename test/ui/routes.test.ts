import { describe, expect, it } from "vitest";
import { valuesPath, variablesPath, workspacesPath } from "../../ui/api/addresses.ts";
import { hrefOf, nameOfId, routeOf } from "../../ui/app/routes.ts";

describe("the pages' addresses", () => {
  it.each([
    { page: "workspaces" },
    { page: "workspace", workspace: "a~2fb" },
    { page: "variable", workspace: "a", variable: "~23~3f~2f" },
    { page: "clients" },
    { page: "client", client: "17" },
    { page: "server" },
    { page: "sleighs" },
    { page: "sleigh", workspace: "sleigh_ride_0001" },
  ] as const)("go to a page and back: %j", (route) => {
    expect(routeOf(hrefOf(route))).toEqual(route);
  });

  it("that do not exist lead nowhere", () => {
    for (const path of ["/nonsense", "/clients/1/2", "/workspaces/a/b", "/workspaces/a/variables/b/c", "/server/x"]) {
      expect(routeOf(path)).toEqual({ page: "nowhere" });
    }
    expect(routeOf("/workspaces")).toEqual({ page: "workspaces" });
    expect(routeOf("/workspaces/a/variables")).toEqual({ page: "workspace", workspace: "a" });
  });

  it("show a name before the server has told it, also one that is not UTF-8", () => {
    expect(nameOfId("gr~c3~bc~c3~9fe~2f1")).toBe("grüße/1");
    expect(nameOfId("~ff~20x")).toBe("ÿ x");
  });
});

describe("the API's addresses", () => {
  it("leave out what is not asked for", () => {
    expect(workspacesPath({ search: "" })).toBe("/api/workspaces");
    expect(variablesPath("a~2fb", { search: "x&y", sort: "values", order: "desc", offset: 0 })).toBe(
      "/api/workspaces/a~2fb/variables?search=x%26y&sort=values&order=desc&offset=0",
    );
    expect(valuesPath("w", "v", { after: 5, limit: 50 })).toBe("/api/workspaces/w/variables/v/values?after=5&limit=50");
  });
});
