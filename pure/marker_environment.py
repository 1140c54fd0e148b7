"""States what environment markers see in the image (PyPA specification "Dependency specifiers")."""

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def marker_environment(python_version: str, arch: str) -> dict[str, str]:
    """What all marker variables are for CPython ``python_version`` on Linux; the kernel's are empty, being unknown."""
    return {
        "implementation_name": "cpython",
        "implementation_version": python_version,
        "os_name": "posix",
        "platform_machine": MACHINES.get(arch, arch),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python_version,
        "python_version": ".".join(python_version.split(".")[:2]),
        "sys_platform": "linux",
        "extra": "",
    }
