"""How help is laid out: plain text that is whole at 80 columns, options in groups."""

from typing import Any

from typer.core import TyperCommand, TyperGroup


class PlainCommand(TyperCommand):
    """A command whose help names each option in full, however narrow the terminal."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - click's or typer's
        """Write arguments and options, those of a group below its name."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                own = "Arguments" if parameter.param_type_name == "argument" else "Options"
                group = getattr(parameter, "rich_help_panel", None) or own
                groups.setdefault(group, []).append(record)
        for group, records in groups.items():
            with formatter.section(group):
                formatter.write_dl(records)


class SearchingGroup(TyperGroup):
    """A group of commands that takes words which are none of them for its option ``--name``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - click's or typer's
        """Read the arguments; those before which no command stands are the words looked for."""
        given: list[str] = []
        words: list[str] = []
        takes_value = {
            name
            for parameter in self.get_params(ctx)
            if not getattr(parameter, "is_flag", False)
            for name in parameter.opts
        }
        left = iter(args)
        for word in left:
            if not word.startswith("-"):
                words.append(word)
                continue
            given.append(word)
            if word in takes_value:
                given += [value for value in [next(left, None)] if value is not None]
        if words and words[0] not in self.commands:
            named = any(word.partition("=")[0] == "--name" for word in given)
            if not named:
                args = [*given, "--name", " ".join(words)]
        return super().parse_args(ctx, args)
