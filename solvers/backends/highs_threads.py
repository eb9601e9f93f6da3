"""Let the number of threads of HiGHS differ from one solve to the next."""


def prepare(threads: int) -> None:
    """Drop the pool of threads of HiGHS when a number is asked for.

    The pool belongs to the process; HiGHS refuses to run when it holds another number than the one
    asked for. 0 takes the pool as it is. Not to be called while another thread of this process solves.
    """
    if threads:
        import highspy

        highspy.Highs.resetGlobalScheduler(True)
