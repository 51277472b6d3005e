"""Pages for people: members, partners with a link, agents. They work without JavaScript."""
