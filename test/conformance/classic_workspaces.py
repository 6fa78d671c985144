"""Workspaces: opening, using, deleting, owning, listing, temporary names, `__default`."""

import re

from support import ClassicCase, fresh_name


def line(name, mine=False, owner=rb"", persistent=False, variables=()):
    """A pattern for a line of `list wss`; owner is a pattern too."""
    return b"%b%b\t%b\t%b\t%d\t%b\n" % (
        b">" if mine else b" ",
        re.escape(name),
        owner,
        b"True" if persistent else b"False",
        len(variables),
        b",".join(map(re.escape, variables)),
    )


def owned_by(label):
    return rb"[^\t\n]+ \(" + re.escape(label) + rb"\)"


class Workspaces(ClassicCase):
    def line_of(self, connection, name):
        reply = connection.call("list wss", name)
        self.assertEqual((0, 1), (reply.status, reply.descriptor))
        return reply.value

    def test_open_makes_a_workspace_and_owns_it(self):
        connection, name = self.connect(), fresh_name()
        self.assertEqual(b"\n", self.line_of(connection, name))
        self.assertEqual(0, connection.call("open ws", name, "me", "no").status)
        self.assertRegex(self.line_of(connection, name), b"^" + line(name, True, owned_by(b"me")) + b"$")
        self.assertRegex(self.line_of(self.connect(), name), b"^" + line(name, False, owned_by(b"me")) + b"$")

    def test_use_makes_a_workspace_and_does_not_own_it(self):
        connection, name = self.connect(), fresh_name()
        self.addCleanup(self.remove, name)
        self.assertEqual(0, connection.call("use ws", name, "me", "yes").status)
        self.assertEqual(b" " + name + b"\t\tFalse\t0\t\n", self.line_of(connection, name))

    def test_the_fourth_argument_says_whether_to_make_the_workspace(self):
        for verb in ("open ws", "use ws"):
            with self.subTest(verb=verb):
                connection, name = self.connect(), fresh_name()
                self.addCleanup(self.remove, name)
                self.assertEqual(100, connection.call(verb, name, "", "no", "no").status)
                self.assertEqual(b"\n", self.line_of(connection, name))
                self.assertEqual(2001, connection.call("store", name, "x", "1", "v").status)
                self.assertEqual(0, connection.call(verb, name, "", "no", "yes").status)
                self.assertEqual(0, connection.call("store", name, "x", "1", "v").status)
                self.assertEqual(0, self.connect().call(verb, name, "", "no", "no").status)

    def test_opening_again_changes_nothing(self):
        connection, name = self.opened()
        self.store(connection, name, "x", "v")
        self.assertEqual(0, connection.call("open ws", name, "again", "no").status)
        self.assertEqual(0, connection.call("use ws", name, "again", "no").status)
        self.assertRegex(self.line_of(connection, name), line(name, True, owned_by(b"owner"), False, (b"x",)))

    def test_the_first_session_that_opens_owns_and_fixes_persistence(self):
        name = fresh_name()
        user = self.connect()
        self.assertEqual(0, user.call("use ws", name, "user", "no").status)
        self.addCleanup(self.remove, name)
        first, second = self.connect(), self.connect()
        self.assertEqual(0, first.call("open ws", name, "first", "yes").status)
        self.assertEqual(0, second.call("open ws", name, "second", "no").status)
        self.assertRegex(self.line_of(first, name), line(name, True, owned_by(b"first"), True))
        self.assertRegex(self.line_of(second, name), line(name, False, owned_by(b"first"), True))

    def test_one_that_uses_may_open_later(self):
        connection, name = self.connect(), fresh_name()
        connection.call("use ws", name, "", "no")
        self.assertEqual(0, connection.call("open ws", name, "late", "no").status)
        self.assertRegex(self.line_of(connection, name), line(name, True, owned_by(b"late")))

    def test_the_owners_end_destroys_a_workspace_that_is_not_persistent(self):
        owner, name = self.opened()
        user = self.using(name)
        self.store(user, name, "x", "v")
        owner.close()
        self.until_gone(user, name)
        self.assert_failed(100, user.call("fetchTry", name, "x"))
        self.assertEqual(100, user.call("store", name, "x", "1", "v").status)

    def test_an_owner_that_crashes_ends_its_workspace_too(self):
        owner, name = self.opened()
        user = self.using(name)
        owner.reset()
        self.until_gone(user, name)

    def test_a_persistent_workspace_stays_without_owner(self):
        owner, name = self.opened(persistent=True)
        self.store(owner, name, "x", "v")
        owner.close()
        user = self.using(name)
        self.until_workspace(user, name, line(name, False, b"", True, (b"x",)))
        self.assert_value(b"v", user.call("fetch", name, "x"))

    def test_a_workspace_without_owner_can_be_owned_again(self):
        owner, name = self.opened(persistent=True)
        owner.close()
        other = self.using(name)
        self.until_workspace(other, name, line(name, False, b"", True))
        self.assertEqual(0, other.call("open ws", name, "heir", "yes").status)
        self.assertRegex(self.line_of(other, name), line(name, True, owned_by(b"heir"), True))

    def test_a_workspace_that_nobody_owned_stays_when_its_users_leave(self):
        user, name = self.connect(), fresh_name()
        user.call("use ws", name, "", "no")
        self.addCleanup(self.remove, name)
        self.store(user, name, "x", "v")
        user.end_sending()
        user.read_until_closed()
        self.assert_value(b"v", self.using(name).call("findTry", name, "x"))

    def test_a_second_opener_that_leaves_takes_nothing_with_it(self):
        owner, name = self.opened()
        second = self.connect()
        second.call("open ws", name, "second", "no")
        second.end_sending()
        second.read_until_closed()
        self.store(owner, name, "x", "v")
        self.assertRegex(self.line_of(owner, name), line(name, True, owned_by(b"owner"), False, (b"x",)))


class NotOpened(ClassicCase):
    """Status 2001, status 100."""

    REQUESTS = [
        ("list vars",),
        ("declare var", "x", "fifo"),
        ("delete var", "x"),
        ("store", "x", "1", "v"),
        ("fetch", "x"),
        ("fetchTry", "x"),
        ("find", "x"),
        ("findTry", "x"),
        ("ifetch", "x", "", "-999"),
        ("ifetchTry", "x", "", "-999"),
        ("ifind", "x", "", "-999"),
        ("ifindTry", "x", "", "-999"),
    ]

    def assert_every(self, status, connection, name):
        for verb, *rest in self.REQUESTS:
            with self.subTest(verb=verb):
                self.assert_refused(status, verb, connection.call(verb, name, *rest))

    def test_a_workspace_that_the_connection_has_not_opened_is_2001_for_every_verb(self):
        _, name = self.opened()
        self.assert_every(2001, self.connect(), name)

    def test_a_workspace_that_never_was_is_2001_for_every_verb(self):
        self.assert_every(2001, self.connect(), fresh_name())

    def test_a_workspace_deleted_since_it_was_opened_is_100_for_every_verb(self):
        owner, name = self.opened()
        user = self.using(name)
        self.assertEqual(0, owner.call("delete ws", name).status)
        self.assert_every(100, user, name)
        self.assert_every(100, owner, name)

    def test_a_workspace_deleted_and_made_again_is_100_until_opened_again(self):
        owner, name = self.opened()
        user = self.using(name)
        self.assertEqual(0, owner.call("delete ws", name).status)
        maker, _ = self.opened(name)
        self.store(maker, name, "x", "new")
        self.assert_every(100, user, name)
        self.assertNotEqual(0, user.call("delete ws", name).status)
        self.assertEqual(b"x\t1\t0\t0\tfifo", self.listing(maker, name))
        self.assertEqual(0, user.call("use ws", name, "", "no").status)
        self.assert_value(b"new", user.call("find", name, "x"))

    def test_delete_ws_of_an_unknown_workspace_is_1(self):
        connection = self.connect()
        self.assertEqual(1, connection.call("delete ws", fresh_name()).status)
        connection, name = self.opened()
        self.assertEqual(0, connection.call("delete ws", name).status)
        self.assertEqual(1, connection.call("delete ws", name).status)
        self.assertEqual(b"\n", connection.call("list wss", name).value)

    def test_whoever_uses_a_workspace_may_delete_it(self):
        owner, name = self.opened()
        self.assertEqual(0, self.using(name).call("delete ws", name).status)
        self.assertEqual(b"\n", owner.call("list wss", name).value)

    def test_who_has_not_opened_a_workspace_may_not_delete_it(self):
        owner, name = self.opened()
        self.assertNotEqual(0, self.connect().call("delete ws", name).status)
        self.assertEqual(b"", self.listing(owner, name))

    def test_the_same_connection_makes_a_deleted_workspace_again(self):
        connection, name = self.opened()
        self.store(connection, name, "x", "old")
        connection.call("delete ws", name)
        self.assertEqual(100, connection.call("use ws", name, "", "no", "no").status)
        self.assertEqual(0, connection.call("open ws", name, "", "no").status)
        self.assertEqual(b"", self.listing(connection, name))


class Listing(ClassicCase):
    def test_the_workspaces_are_listed_sorted_by_name_one_line_each(self):
        prefix = fresh_name("list")
        connection = self.connect()
        names = [prefix + end for end in (b"b", b"B", b"a", b"\xc3\xa9", b"\xff\xfe", b"a a", b"a,b", b"~")]
        for name in names:
            self.assertEqual(0, connection.call("open ws", name, "l", "no").status)
        value = connection.must("list wss").value
        self.assertTrue(value.endswith(b"\n"))
        lines = value[:-1].split(b"\n")
        for one in lines:
            self.assertRegex(one, rb"^[> ][^\t]+\t[^\t]*\t(True|False)\t[0-9]+\t[^\t]*$")
        listed = [one[1:].split(b"\t")[0] for one in lines]
        self.assertEqual(sorted(listed), listed)
        self.assertEqual(sorted(names), [name for name in listed if name.startswith(prefix)])

    def test_a_line_tells_the_variables(self):
        connection, name = self.opened()
        for variable in ("c", "a", "b"):
            self.store(connection, name, variable, "v", "v")
        reply = connection.call("list wss", name)
        fields = reply.value[:-1].split(b"\t")
        self.assertEqual((b">" + name, b"False", b"3"), (fields[0], fields[2], fields[3]))
        self.assertEqual([b"a", b"b", b"c"], sorted(fields[4].split(b",")))
        self.assertEqual(5, len(fields))

    def test_a_listing_of_one_that_is_not_there_is_a_newline(self):
        reply = self.connect().call("list wss", fresh_name())
        self.assertEqual((0, 1, b"\n"), (reply.status, reply.descriptor, reply.value))

    def test_owner_labels_travel_byte_by_byte(self):
        connection, name = self.connect(), fresh_name()
        self.assertEqual(0, connection.call("open ws", name, b"\xff\xc3\xa9 \x80(x)", "no").status)
        owner = connection.call("list wss", name).value.split(b"\t")[1]
        self.assertTrue(owner.endswith(b" (\xff\xc3\xa9 \x80(x))"), owner)

    def test_a_label_with_tabs_and_newlines_does_not_break_the_listing(self):
        connection, name = self.connect(), fresh_name()
        connection.call("open ws", name, b"a\tb\nc\0d", "no")
        for one in connection.must("list wss").value[:-1].split(b"\n"):
            self.assertRegex(one, rb"^[> ][^\t]+\t[^\t]*\t(True|False)\t[0-9]+\t[^\t]*$")

    def test_the_reply_of_a_listing_is_exactly_these_bytes(self):
        user, name = self.connect(handshake=b"1111"), fresh_name()
        user.call("use ws", name, "", "no")
        self.addCleanup(self.remove, name)
        self.store(user, name, "x", "v")
        user.request("list wss", name)
        text = b" " + name + b"\t\tFalse\t1\tx\n"
        expected = b"0000" + b"%020d" % 1 + b"%020d" % len(text) + text
        self.assertEqual(expected, user.read(len(expected)))


class Default(ClassicCase):
    def test_it_exists_is_persistent_and_the_systems(self):
        self.assertRegex(self.connect().call("list wss", "__default").value, rb"^ __default\t\[system\]\tTrue\t[0-9]+\t[^\t]*\n$")
        self.assertIn(b"\n __default\t[system]\tTrue\t", b"\n" + self.connect().call("list wss").value)

    def test_opening_it_does_not_make_it_ones_own(self):
        connection = self.connect()
        self.assertEqual(0, connection.call("open ws", "__default", "mine", "no").status)
        self.assertRegex(connection.call("list wss", "__default").value, rb"^ __default\t\[system\]\tTrue\t")
        variable = fresh_name("var")
        self.store(connection, "__default", variable, "v")
        connection.close()
        other = self.using(b"__default")
        self.assert_value(b"v", other.call("fetchTry", "__default", variable))
        self.assertEqual(0, other.call("delete var", "__default", variable).status)

    def test_it_is_used_without_making_it(self):
        self.assertEqual(0, self.connect().call("use ws", "__default", "", "no", "no").status)

    def test_it_must_be_opened_like_any_other(self):
        self.assert_failed(2001, self.connect().call("findTry", "__default", "x"))

    def test_it_always_exists(self):
        connection = self.using(b"__default")
        connection.call("delete ws", "__default")
        self.assertRegex(self.connect().call("list wss", "__default").value, rb"^ __default\t\[system\]\tTrue\t")
        self.assertEqual(0, self.connect().call("use ws", "__default", "", "no", "no").status)


class Temporary(ClassicCase):
    def made(self, connection, *template):
        reply = connection.call("mktemp ws", *template)
        self.assertEqual((0, 1), (reply.status, reply.descriptor), template)
        self.addCleanup(self.remove, reply.value)
        return reply.value

    def test_without_template_names_begin_with_ws(self):
        self.assertRegex(self.made(self.connect()), rb"^__ws__[0-9]+.+$")

    def test_the_counter_is_formatted_and_followed_by_a_suffix(self):
        connection = self.connect()
        for template, pattern in (
            ("%d", rb"^[0-9]+.+$"),
            ("a%dz", rb"^a[0-9]+z.+$"),
            ("a%04dz", rb"^a[0-9]{4,}z.+$"),
            ("a%010dz", rb"^a[0-9]{10}z.+$"),
            ("a%5dz", rb"^a(?=.{5})  *[0-9]+z.+$"),
            ("100%%-%d", rb"^100%-[0-9]+.+$"),
            (b"\xff\xc3\xa9%d", rb"^\xff\xc3\xa9[0-9]+.+$"),
        ):
            with self.subTest(template=template):
                self.assertRegex(self.made(connection, template), pattern)

    def test_names_differ_and_share_the_suffix_of_the_run(self):
        connection = self.connect()
        names = [self.made(connection, "t%dz") for _ in range(10)] + [self.made(self.connect(), "t%dz")]
        self.assertEqual(11, len(set(names)))
        self.assertEqual(1, len({name.split(b"z", 1)[1] for name in names}))

    def test_any_other_template_is_1(self):
        connection = self.connect()
        for template in (
            "",
            "none",
            "%",
            "%%",
            "a%%d",
            "%s",
            "%f",
            "%c",
            "%n",
            "%q",
            "%d%d",
            "%d%s",
            "%s%d",
            "%d%",
            "%*d",
            "%1$d%2$d",
            "%(x)d",
            "%999999999d",
            "%.999999999d",
            "%99999999999999999999d",
            "a\t%d",
            "a\n%d",
            b"a\0%d",
        ):
            with self.subTest(template=template):
                self.assert_failed(1, connection.call("mktemp ws", template))
        self.assert_in_step(connection)

    def test_the_workspace_exists_unowned_and_only_its_maker_may_use_it_without_opening(self):
        connection = self.connect()
        name = self.made(connection, "t%d")
        self.assertEqual(b" " + name + b"\t\tFalse\t0\t\n", connection.call("list wss", name).value)
        self.store(connection, name, "x", "v")
        other = self.connect()
        self.assert_failed(2001, other.call("findTry", name, "x"))
        self.assertEqual(0, other.call("open ws", name, "heir", "no", "no").status)
        self.assert_value(b"v", other.call("find", name, "x"))
        self.assertRegex(connection.call("list wss", name).value, line(name, False, owned_by(b"heir"), False, (b"x",)))

    def test_it_stays_when_its_maker_leaves(self):
        connection = self.connect()
        name = self.made(connection)
        self.store(connection, name, "x", "v")
        connection.end_sending()
        connection.read_until_closed()
        self.assert_value(b"v", self.using(name).call("fetchTry", name, "x"))
