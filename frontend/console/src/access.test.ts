import { describe, expect, it } from "vitest";

import { isOperator, may, refusal, tenantsOfOperator } from "./access";

const tenant = (role: string, scopes?: string[]) => ({
  name: "acme",
  cluster_id: "lkc-1",
  role,
  ...(scopes && { scopes }),
});

describe("what a role may do", () => {
  it.each([
    ["viewer", true, false, false],
    ["developer", true, true, false],
    ["admin", true, true, true],
    ["owner", true, true, true],
    ["somebody", false, false, false],
  ])("%s", (role, read, write, administer) => {
    expect(may(tenant(role), "READ")).toBe(read);
    expect(may(tenant(role), "WRITE")).toBe(write);
    expect(may(tenant(role), "ADMINISTER")).toBe(administer);
  });

  it("believes the service's scopes before the role's name", () => {
    expect(may(tenant("viewer", ["read", "write"]), "WRITE")).toBe(true);
    expect(may(tenant("viewer", ["READ", "WRITE"]), "WRITE")).toBe(true);
    expect(may(tenant("owner", ["read"]), "ADMINISTER")).toBe(false);
  });

  it("says why something is not offered", () => {
    expect(refusal(tenant("owner"), "ADMINISTER", "issue keys")).toBeNull();
    expect(refusal(tenant("viewer"), "WRITE", "reset offsets")).toBe(
      "Developers, admins and owners reset offsets; you are a viewer of acme.",
    );
  });

  it("lets an operator manage tenants that they are not in, without their records", () => {
    const all = [
      { name: "acme", cluster_id: "lkc-1" },
      { name: "other", cluster_id: "lkc-2" },
    ];
    const [own, other, ...more] = tenantsOfOperator([tenant("viewer")], all);
    expect(more).toEqual([]);
    expect(own).toMatchObject({ name: "acme", role: "viewer" });
    expect(other).toMatchObject({ name: "other", cluster_id: "lkc-2", role: "operator" });
    expect(may(other!, "ADMINISTER")).toBe(true);
    expect(may(other!, "READ")).toBe(false);
    expect(may(own!, "ADMINISTER")).toBe(false);
  });

  it("knows an operator only by the service's word", () => {
    expect(isOperator({ login: "a", name: "" })).toBe(false);
    expect(isOperator({ login: "a", name: "", is_operator: true })).toBe(true);
  });
});
